"""The things of the programme of which one colleague may remind another."""

from notices.subjects import subject
from programme.models import BudgetStep, Commitment, GivenTask, Payment, Plan, PolicyReview, Task

subject("programme:task", Task, Task.objects.visible_to)
subject("programme:plan", Plan, Plan.objects.visible_to)
subject("programme:given_task", GivenTask)
subject("programme:budget_step", BudgetStep)
subject("programme:commitment", Commitment)
subject("programme:payment", Payment)
subject("programme:review", PolicyReview)
