"""What the official Gherkin parser complains about, in words that tell a writer what to do.

The parser says which kinds of lines it expected (``expected: #EOF, #StepLine, … got '…'``); a writer wants to
know what is wrong with the line before her. Keywords are shown in the language of the text.
"""

from gherkin.dialect import DIALECTS
from gherkin.errors import AstBuilderException, NoSuchLanguageException, UnexpectedEOFException

SHOWN = 60


def words(error: Exception, line: str, language: str) -> str:
    """Words for one error of the official parser; ``line`` is the text of the line it names."""
    if isinstance(error, NoSuchLanguageException):
        return _unknown_language(str(error))
    if isinstance(error, AstBuilderException):
        return "This table row has another number of cells than the first row of its table."
    if isinstance(error, UnexpectedEOFException):
        return _end_of_text(str(error), language)
    if "tag may not contain whitespace" in str(error):
        return "A tag must not contain white space. Write each tag with its own @, as in “@one @two”."
    return _unexpected(str(error), line.strip(), language)


def _unknown_language(message: str) -> str:
    name = message.rpartition(": ")[2]
    return f"Gherkin knows no language “{_short(name)}”. Use a code such as en, de, fr or zh-CN."


def _end_of_text(message: str, language: str) -> str:
    if "#DocStringSeparator" in message:
        return 'The text ends inside a doc string. Close it with the same marks that opened it (""" or ```).'
    return f"The text ends after tags. Put a “{_word('scenario', language)}:” under them, or remove them."


def _unexpected(message: str, line: str, language: str) -> str:
    shown = f"“{_short(line)}”"
    expected = set(message.partition("expected: ")[2].partition(", got ")[0].split(", "))
    if line.startswith("'''"):
        return f'{shown} is no mark of a doc string. Open and close doc strings with """ or ```.'
    if line.startswith(('"""', "```")):
        return "A doc string must stand right under its step, and a step may have only one."
    if line.startswith("|"):
        return "A table row must stand under a step or under Examples, and a step may have only one table."
    if line.startswith("@"):
        heads = _heads(language, "feature", "scenario", "examples")
        return f"Tags cannot stand here. They belong above {heads}."
    if "#FeatureLine" in expected:
        head = _word("feature", language)
        return f"{shown} stands before the feature. Begin the text with “{head}: name of the story”."
    return _unexpected_words(shown, line, expected, language)


def _unexpected_words(shown: str, line: str, expected: set[str], language: str) -> str:
    misplaced = _misplaced(line, expected, language)
    if misplaced:
        return misplaced
    if (corrected := _corrected(line, language)) is not None:
        return f"{shown} is not understood. Did you mean “{_short(corrected)}”?"
    if "#StepLine" not in expected:
        return f"{shown} cannot stand here. Expected is {_heads(language, 'scenario', 'examples', 'rule')}."
    steps = ", ".join(_word(kind, language) for kind in ("given", "when", "then", "and", "but"))
    star = " or *" if "* " in DIALECTS[language]["given"] else ""
    return f"{shown} is no step. A step begins with {steps}{star}; a comment begins with #."


def _misplaced(line: str, expected: set[str], language: str) -> str:
    spec = DIALECTS[language]
    if _begins(line, spec["feature"]):
        return "A text holds one feature only. Put the second one into a story of its own."
    if _begins(line, spec["background"]):
        word = _word("background", language)
        return f"There may be one “{word}:” in the feature and one in each rule, before the first scenario."
    if _begins(line, spec["examples"]):
        return f"“{_short(line)}” must stand under the steps of a “{_word('scenarioOutline', language)}:”."
    if "#StepLine" not in expected and _keyword_of(line, language):
        return f"A step must stand under {_heads(language, 'background', 'scenario')}, before any examples."
    return ""


def _corrected(line: str, language: str) -> str | None:
    """The line with its keyword put right, where only the colon or the case of letters is wrong."""
    for keyword in _heads_of(language):
        rest = line[len(keyword) :]
        if line.casefold().startswith(keyword.casefold()) and (
            not rest or rest.lstrip()[:1] == ":" or rest[0].isspace()
        ):
            return f"{keyword}: {rest.lstrip().removeprefix(':').lstrip()}".rstrip()
    for keyword in _step_keywords(language):
        if line[: len(keyword)].casefold() == keyword.casefold() and not line.startswith(keyword):
            return keyword + line[len(keyword) :]
    return None


def _keyword_of(line: str, language: str) -> str:
    return next((keyword for keyword in _step_keywords(language) if line.startswith(keyword)), "")


def _step_keywords(language: str) -> list[str]:
    spec = DIALECTS[language]
    words = spec["given"] + spec["when"] + spec["then"] + spec["and"] + spec["but"]
    return sorted(set(words), key=lambda word: (-len(word), word))


def _heads_of(language: str) -> list[str]:
    spec = DIALECTS[language]
    words = spec["scenarioOutline"] + spec["scenario"] + spec["background"] + spec["examples"] + spec["rule"]
    return sorted(words, key=lambda word: (-len(word), word))


def _begins(line: str, keywords: list[str]) -> bool:
    return any(line.startswith(f"{keyword}:") for keyword in keywords)


def _heads(language: str, *kinds: str) -> str:
    named = [f"“{_word(kind, language)}:”" for kind in kinds]
    return " or ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]


def _word(kind: str, language: str) -> str:
    """The language's usual word for a kind of line; its step keywords begin with ``*``, which is no word."""
    spec: dict[str, list[str]] = DIALECTS[language]  # type: ignore[assignment]
    words = [word.strip() for word in spec[kind] if not word.startswith("*")]
    # Scenario and its like come after Example and its like
    return words[-1] if kind == "scenario" else words[0]


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
