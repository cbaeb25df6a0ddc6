"""The verbs of notices: tell, pass on and send; read; word; send again."""
