"""The official parser's grammar, asked in a quicker way: what kind a line of a story is, and what the lines make.

Which line may follow which, and what is wrong with one that may not, says the official parser alone. What surrounds it
is replaced: it makes two objects of each line, asks for each of all kinds that may stand there by three calls, one
keyword at a time, and keeps columns and identifiers that nobody reads. So parsing takes a third of the time, and no
line takes quadratic time. Tests hold the answers against the official ones.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from gherkin import Parser
from gherkin.dialect import Dialect
from gherkin.errors import AstBuilderException, NoSuchLanguageException
from gherkin.gherkin_line import GherkinLine
from gherkin.parser import ParserContext
from gherkin.token import Token
from gherkin.token_matcher import TokenMatcher

from apps.delivery.gherkin_nodes import NodeBuilder

# White space as regular expressions know it, but for the line feed, which a cell may hold as \n
_CELL_SPACE = (
    " \t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)


class Line(GherkinLine):
    """A line and its token in one; `mark` is its first character, "" where it is blank."""

    matched_type: str
    matched_text: str | None
    matched_keyword: str | None
    matched_keyword_type: str | None
    matched_items: Any
    matched_gherkin_dialect: str

    def __init__(self, text: str, number: int) -> None:
        self._line_text = text
        self._line_number = number
        self._trimmed_line_text = trimmed = text.lstrip()
        self.indent = len(text) - len(trimmed)
        self.mark = trimmed[:1]
        self.has_colon = ":" in trimmed
        self.location = {"line": number}

    @property
    def line(self) -> "Line":
        return self  # kept as an attribute, it would be a cycle

    def eof(self) -> bool:
        return False

    def token_value(self) -> str:
        return self._trimmed_line_text


class End(Token):
    """The token behind the last line."""

    mark = "end"
    has_colon = False


class Lines:
    """The lines of a text, as the parser reads them one by one."""

    def __init__(self, text: str) -> None:
        self._lines = enumerate(text.split("\n"), start=1)
        self._count = text.count("\n") + (not text.endswith("\n") and bool(text))

    def read(self) -> Any:
        number, text = next(self._lines, (0, ""))
        if 0 < number <= self._count:
            return Line(text, number)
        return End("", {"line": self._count + 1})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Words:
    """The keywords of a language; those of steps, the longest first, as an expression, and what each is for."""

    dialect: Dialect
    steps: re.Pattern[str]
    kinds: dict[str, str]


@cache
def _words_of(language: str) -> _Words | None:
    dialect = Dialect.for_name(language)
    if dialect is None:
        return None
    official = TokenMatcher(language)
    # By the rule of the official matcher: two meanings are none
    kinds = {word: kinds[0] if len(kinds) == 1 else "Unknown" for word, kinds in official.keyword_types.items()}
    return _Words(dialect, re.compile("|".join(map(re.escape, official._sorted_step_keywords))), kinds)


class QuickMatcher(TokenMatcher):
    """The official matcher, which asks of each line whether it begins with each keyword in turn, one by one.

    Most lines are steps: asked at once. And its table rows need quadratic time for a cell with much white space inside.
    """

    _words: _Words

    def match_StepLine(self, token: Any) -> bool:
        text = token._trimmed_line_text
        begins = self._words.steps.match(text)
        if not begins:
            return False
        keyword = begins[0]
        kind = self._words.kinds[keyword]
        self._set_token_matched(token, "StepLine", text[len(keyword) :].strip(), keyword, keyword_type=kind)
        return True

    def match_TableRow(self, token: Any) -> bool:
        row = token.line.get_line_text().strip()
        if "\\" in row:
            cells = [cell for cell, _ in GherkinLine.split_table_cells(row)]
        else:
            cells = row.split("|")[1:-1]
        self._set_token_matched(token, "TableRow", items=[cell.strip(_CELL_SPACE) for cell in cells])
        return True

    def _match_title_line(self, token: Any, token_type: str, keywords: Iterable[str]) -> bool:
        head, _, rest = token._trimmed_line_text.partition(":")
        for keyword in keywords:
            if head == keyword:
                self._set_token_matched(token, token_type, rest.strip(), keyword)
                return True
        return False

    def _set_token_matched(
        self,
        token: Any,
        matched_type: str | None,
        text: str | None = None,
        keyword: str | None = None,
        keyword_type: str | None = None,
        indent: int | None = None,
        items: Any = None,
    ) -> None:
        token.matched_type = matched_type
        token.matched_text = text.rstrip("\r\n") if text is not None else None
        token.matched_keyword = keyword
        token.matched_keyword_type = keyword_type
        token.matched_items = items
        token.matched_gherkin_dialect = self.dialect_name
        token.location["column"] = (token.indent if indent is None else indent) + 1

    def _change_dialect(self, dialect_name: str, location: Any = None) -> None:
        words = _words_of(dialect_name)
        if words is None:
            raise NoSuchLanguageException(dialect_name, location)
        self.dialect_name, self.dialect, self._words = dialect_name, words.dialect, words


_AT_STATE = {
    int(name.rpartition("_")[2]): answer for name, answer in vars(Parser).items() if name.startswith("match_token_at_")
}


class QuickParser(Parser):
    """The official parser, asking its matcher only where a line may be what is asked for.

    Only languages, tags and tables can be wrong in themselves: there its own way of collecting errors is kept.
    """

    def __init__(self) -> None:
        super().__init__(NodeBuilder())
        builder = self.ast_builder
        self._start, self._end, self._build = builder.start_rule, builder.end_rule, builder.build

    def match_token(self, state: int, token: Any, context: ParserContext) -> int:
        return _AT_STATE[state](self, token, context)

    def start_rule(self, context: ParserContext, rule_type: str) -> None:
        self._start(rule_type)

    def end_rule(self, context: ParserContext, rule_type: str) -> None:
        try:
            self._end(rule_type)
        except AstBuilderException as error:
            self.add_error(context, error)

    def build(self, context: ParserContext, token: Any) -> None:
        self._build(token)

    def match_EOF(self, context: ParserContext, token: Any) -> bool:
        if token.mark != "end":
            return False
        token.matched_type = "EOF"
        return True

    def match_Empty(self, context: ParserContext, token: Any) -> bool:
        if token.mark:
            return False
        token.matched_type = "Empty"
        return True

    def match_Comment(self, context: ParserContext, token: Any) -> bool:
        return token.mark == "#" and context.token_matcher.match_Comment(token)

    def match_Language(self, context: ParserContext, token: Any) -> bool:
        return token.mark == "#" and super().match_Language(context, token)

    def match_TagLine(self, context: ParserContext, token: Any) -> bool:
        return token.mark == "@" and super().match_TagLine(context, token)

    def match_TableRow(self, context: ParserContext, token: Any) -> bool:
        return token.mark == "|" and context.token_matcher.match_TableRow(token)

    def match_DocStringSeparator(self, context: ParserContext, token: Any) -> bool:
        return token.mark in ('"', "`") and context.token_matcher.match_DocStringSeparator(token)

    def match_StepLine(self, context: ParserContext, token: Any) -> bool:
        return token.mark != "end" and context.token_matcher.match_StepLine(token)

    def match_FeatureLine(self, context: ParserContext, token: Any) -> bool:
        return token.has_colon and context.token_matcher.match_FeatureLine(token)

    def match_RuleLine(self, context: ParserContext, token: Any) -> bool:
        return token.has_colon and context.token_matcher.match_RuleLine(token)

    def match_BackgroundLine(self, context: ParserContext, token: Any) -> bool:
        return token.has_colon and context.token_matcher.match_BackgroundLine(token)

    def match_ScenarioLine(self, context: ParserContext, token: Any) -> bool:
        return token.has_colon and context.token_matcher.match_ScenarioLine(token)

    def match_ExamplesLine(self, context: ParserContext, token: Any) -> bool:
        return token.has_colon and context.token_matcher.match_ExamplesLine(token)

    def match_Other(self, context: ParserContext, token: Any) -> bool:
        return token.mark != "end" and context.token_matcher.match_Other(token)
