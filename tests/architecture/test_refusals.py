"""Every refusal's sentence is said in some test: what nobody provokes may be wrong, or never said at all."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.architecture.house import ROOT, called, calls, modules

# So many words of a sentence, one after the other, tell it from the others; fewer may stand in a test by chance.
WORDS = 3
# A test may say the words without them.
MARKS = " .,:;"


@dataclass(frozen=True)
class Sentence:
    """What one refusal says, as its literal parts; between them stands what is filled in."""

    place: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {'…'.join(self.parts)}"

    @property
    def runs(self) -> set[str]:
        """Every run of `WORDS` words within a part."""
        found = set()
        for part in self.parts:
            words = part.strip(MARKS).split()
            found |= {" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}
        return found


@cache
def refusals() -> frozenset[str]:
    """`Refused` and every exception that is one."""
    bases = {
        node.name: {called(base).rpartition(".")[2] for base in node.bases}
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Refused"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


@cache
def sentences() -> tuple[Sentence, ...]:
    """Those of every refusal in every room that is given as a literal."""
    found = []
    for module in modules():
        for call in [*calls(module.tree), *calls_above(module.tree)]:
            for given in given_words(call):
                found += [Sentence(f"{module.name}:{call.lineno}", parts) for parts in said(given)]
    return tuple(found)


def calls_above(tree: ast.AST) -> Iterator[ast.Call]:
    """What a refusal of its own kind says, where it is made: `super().__init__(…)`, as a call of that kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in refusals():
            for call in calls(node):
                if isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
                    name = ast.copy_location(ast.Name(node.name), call)
                    yield ast.copy_location(ast.Call(name, call.args, []), call)


def given_words(call: ast.Call) -> Iterator[ast.expr]:
    """The sentence, of a refusal and of `seat_to`, which makes one."""
    name = called(call).rpartition(".")[2]
    if name in refusals() and call.args:
        yield call.args[0]
    elif name == "seat_to":
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "words")


def said(node: ast.expr) -> Iterator[tuple[str, ...]]:
    """The literal parts of each sentence that the expression can be; none where it is no literal."""
    match node:
        case ast.Constant(value=str(text)):
            yield (text,)
        case ast.JoinedStr(values=values):
            yield tuple(str(one.value) for one in values if isinstance(one, ast.Constant))
        case ast.IfExp(body=body, orelse=orelse):
            yield from said(body)
            yield from said(orelse)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for before in list(said(left)) or [()]:
                for after in list(said(right)) or [()]:
                    yield before + after


def words_of_tests() -> str:
    """Every string in the tests' code but what describes it, and every story that they run; without backslashes."""
    texts = [path.read_text() for path in (ROOT / "tests" / "features").rglob("*.feature")]
    for path in (ROOT / "tests").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        strings = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in alone)
        texts += [node.value for node in strings if isinstance(node.value, str)]
    return "\n".join(" ".join(text.replace("\\", "").split()) for text in texts)


def test_sentences_are_found() -> None:
    def parts(code: str) -> list[tuple[str, ...]]:
        (call,) = (
            node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and called(node) == "Refused"
        )
        return list(said(call.args[0]))

    assert parts('raise Refused("No.")') == [("No.",)]
    assert parts('raise Refused(f"{key} is " + ("shut." if key else "open."))') == [
        (" is ", "shut."),
        (" is ", "open."),
    ]
    assert parts("raise Refused(words)") == []
    assert {"NotAllowed", "BadInput", "Moved"} <= refusals()
    assert len(sentences()) > 200


def test_every_refusal_is_provoked_somewhere() -> None:
    """By words that only it says; a short one by its longest part, which others may say as well."""
    common = Counter(run for parts in {one.parts for one in sentences()} for run in Sentence("", parts).runs)
    told = words_of_tests()
    unsaid = []
    for sentence in sentences():
        own = {run for run in sentence.runs if common[run] == 1}
        short = " ".join(max(sentence.parts, key=len, default="").split()).strip(MARKS)
        if not any(run in told for run in own or {short}):
            unsaid.append(str(sentence))
    assert unsaid == [], "provoke each in a test, with its words:\n" + "\n".join(unsaid)
