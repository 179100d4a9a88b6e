"""A made-up product's feature files with steps that behave can run: five scenarios a file, five steps a scenario."""

from pathlib import Path

SCENARIOS = 5
_STEPS = '''"""Steps of a made-up shop."""

from behave import given, then, when


@given("the shop is open")
def shop_is_open(context):
    context.articles = {}


@given("{name} has an empty cart")
def empty_cart(context, name):
    context.cart = []


@when("{name} adds {count:d} of article {article:d}")
def adds(context, name, count, article):
    context.cart += [article] * count


@then("the cart holds {count:d} things")
def holds(context, count):
    assert len(context.cart) == count


@then("the price of article {article:d} is shown")
def is_shown(context, article):
    assert article in context.cart
'''
_SCENARIO = """  Scenario: Customer {number} collects {count} things
    Given Maria has an empty cart
    When Maria adds {count} of article {number}
    Then the cart holds {count} things
    And the price of article {number} is shown
"""


def write(folder: Path, features: int, *, first: int = 0) -> Path:
    """`features` files below `folder`, a hundred in each directory, numbered from `first` on, and their steps."""
    steps = folder / "steps"
    steps.mkdir(parents=True)
    (steps / "shop.py").write_text(_STEPS)
    for number in range(first, first + features):
        directory = folder / f"part-{number // 100}"
        directory.mkdir(exist_ok=True)
        (directory / f"cart-{number}.feature").write_text(_feature(number))
    return folder


def _feature(number: int) -> str:
    scenarios = (_SCENARIO.format(number=number * SCENARIOS + place, count=place + 2) for place in range(SCENARIOS))
    head = f"Feature: Cart {number}\n  As a customer\n  I want to collect things\n\n  Background:\n"
    return "\n".join([f"{head}    Given the shop is open\n", *scenarios])
