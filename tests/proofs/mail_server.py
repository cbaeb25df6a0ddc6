"""A mail server on loopback that takes every letter, slowly enough to be killed in between, and keeps what it took."""

import email
import socketserver
import threading
import time
from contextlib import contextmanager, suppress


class MailServer(socketserver.ThreadingTCPServer):
    """`taken` holds (message id, recipient) of each letter that was accepted."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, pause):
        self.pause, self.taken = pause, []
        super().__init__(("127.0.0.1", port), Conversation)


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        with suppress(ConnectionError):  # whoever sent was killed
            self.talk()

    def talk(self):
        self.say("220 loopback")
        to = ""
        for line in iter(self.rfile.readline, b""):
            word = line.strip().upper()
            if word.startswith(b"RCPT TO:"):
                to = line.strip()[8:].strip(b"<> ").decode()
            if word == b"DATA":
                self.say("354 go on")
                letter = self.letter()
                time.sleep(self.server.pause)
                self.server.taken.append((letter["Message-ID"], to))
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 well")

    def letter(self):
        lines = []
        for line in iter(self.rfile.readline, b""):
            if line == b".\r\n":
                break
            lines.append(line)
        return email.message_from_bytes(b"".join(lines))

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def listening(port, pause=0.02):
    server = MailServer(port, pause)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
