"""What kind a line of a story is: the official parser's answers, found quicker."""

from collections.abc import Callable
from typing import Any

from gherkin import Parser
from gherkin.gherkin_line import GherkinLine
from gherkin.token import Token
from gherkin.token_matcher import TokenMatcher

# White space as regular expressions know it, but for the line feed, which a cell may hold as \n
_CELL_SPACE = (
    " \t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)


class QuickMatcher(TokenMatcher):
    """The official matcher, which asks of each line whether it begins with each keyword in turn, one by one.

    Most lines are steps, or empty, or nothing at all: asked at once, parsing takes a fifth less. And its table rows
    need quadratic time for a cell with much white space inside.
    """

    _step_keywords: tuple[str, ...]

    def match_StepLine(self, token: Token) -> bool:
        text = token.line.get_line_text()
        if not text.startswith(self._step_keywords):
            return False
        keyword = next(keyword for keyword in self._step_keywords if text.startswith(keyword))
        kinds = self.keyword_types[keyword]
        kind = kinds[0] if len(kinds) == 1 else "Unknown"
        self._set_token_matched(token, "StepLine", text[len(keyword) :].strip(), keyword, keyword_type=kind)
        return True

    def _change_dialect(self, dialect_name: str, location: Any = None) -> None:
        super()._change_dialect(dialect_name, location)
        self._step_keywords = tuple(self._sorted_step_keywords)

    def match_TableRow(self, token: Token) -> bool:
        if not token.line.startswith("|"):
            return False
        row = token.line.get_line_text().strip()
        if "\\" in row:
            cells = [cell for cell, _ in GherkinLine.split_table_cells(row)]
        else:
            cells = row.split("|")[1:-1]
        column = token.line.indent + 1
        items: Any = [{"column": column, "text": cell.strip(_CELL_SPACE)} for cell in cells]
        self._set_token_matched(token, "TableRow", items=items)
        return True


_Matching = Callable[[Any, Any, Token], bool]


def _where_it_begins(marks: tuple[str, ...], matching: _Matching) -> Any:
    def match(self: Any, context: Any, token: Token) -> bool:
        line = token.line  # "" at the end of the text
        return bool(line) and line.get_line_text().startswith(marks) and matching(self, context, token)

    return match


def _where_a_colon_is(matching: _Matching) -> Any:
    def match(self: Any, context: Any, token: Token) -> bool:
        line = token.line
        return bool(line) and ":" in line.get_line_text() and matching(self, context, token)

    return match


class QuickParser(Parser):
    """The official parser, asking its matcher only where a line may be what is asked for.

    For every line it goes through all kinds that may stand there, by three calls each, and looks up its state in a
    table that it makes anew.
    """

    match_TagLine = _where_it_begins(("@",), Parser.match_TagLine)
    match_Comment = _where_it_begins(("#",), Parser.match_Comment)
    match_Language = _where_it_begins(("#",), Parser.match_Language)
    match_TableRow = _where_it_begins(("|",), Parser.match_TableRow)
    match_DocStringSeparator = _where_it_begins(('"""', "```"), Parser.match_DocStringSeparator)
    match_FeatureLine = _where_a_colon_is(Parser.match_FeatureLine)
    match_RuleLine = _where_a_colon_is(Parser.match_RuleLine)
    match_BackgroundLine = _where_a_colon_is(Parser.match_BackgroundLine)
    match_ScenarioLine = _where_a_colon_is(Parser.match_ScenarioLine)
    match_ExamplesLine = _where_a_colon_is(Parser.match_ExamplesLine)

    def match_EOF(self, context: Any, token: Token) -> bool:
        return not token.line and super().match_EOF(context, token)

    def match_token(self, state: int, token: Token, context: Any) -> int:
        matched: int = getattr(self, f"match_token_at_{state}")(token, context)
        return matched
