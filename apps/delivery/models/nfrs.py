"""Non-functional requirements of epics, as their definitions."""

from fractions import Fraction

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.audit.canonical import canonical_digest
from apps.delivery.models.epics import Epic
from apps.delivery.models.stories import Story
from apps.organization.models import Person
from apps.reliability.models import SLI
from apps.reliability.percent import percent
from apps.reliability.windows import LONGEST_DAYS

_NO_SLI = Q(sli=None, target=None, days=None)
_NO_SCENARIO = Q(story=None, scenario="")


class NFR(models.Model):
    """A non-functional requirement of an epic, as its definition; signoff judges it.

    By its kind it is attested; or MEASURED: of the last `days`, at least the share `target` of the events of `sli` was
    good; or it is proven by a SCENARIO of `story`, by name. `digest` is the SHA-256 of its canonical meaning (key,
    title, statement, kind, and what judges it), so that a changed definition voids what was attested.
    """

    class Kind(models.TextChoices):
        ATTESTED = "ATTESTED", "Attested by the SRE lead, with an expiry"
        MEASURED = "MEASURED", "Measured by an SLI"
        SCENARIO = "SCENARIO", "Proven by a scenario"

    key = models.CharField(max_length=20, unique=True)
    epic = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="nfrs")
    title = models.CharField(max_length=200)
    statement = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ATTESTED)
    sli = models.ForeignKey(SLI, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    target = models.DecimalField(max_digits=10, decimal_places=9, null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # As `meaning.plain` has it: a text that means the same names it still.
    scenario = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="ATTESTED") & _NO_SLI & _NO_SCENARIO)
                | (Q(kind="MEASURED", sli__isnull=False, target__isnull=False, days__isnull=False) & _NO_SCENARIO)
                | (Q(kind="SCENARIO", story__isnull=False) & ~Q(scenario="") & _NO_SLI),
                name="nfr_has_what_its_kind_needs",
            ),
            models.CheckConstraint(
                condition=Q(target=None) | Q(target__gt=0, target__lte=1), name="nfr_target_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(days=None) | Q(days__gte=1, days__lte=LONGEST_DAYS), name="nfr_days_at_most_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def share(self) -> Fraction | None:
        """The target as an exact share of 1, where an SLI measures it."""
        return None if self.target is None else Fraction(self.target)

    @property
    def judged_by(self) -> str:
        """What judges it, such as "SLI-3 is at least 99.9 % over the last 28 days"; names no person."""
        if self.sli is not None and self.share is not None:
            last = "the last day" if self.days == 1 else f"the last {self.days} days"
            return f"{self.sli.key} is at least {percent(self.share, 7)} over {last}"
        if self.story is not None:
            return f"“{self.scenario}” of {self.story.key} passes"
        return "The SRE lead attests it"

    @property
    def meaning_digest(self) -> str:
        """`digest` as its columns give it now; of one that is attested as it was before there were other kinds."""
        meaning = {"key": self.key, "title": self.title, "statement": self.statement, "kind": str(self.kind)}
        if self.sli is not None and self.target is not None:
            meaning |= {"sli": self.sli.key, "target": f"{self.target.normalize():f}", "days": str(self.days)}
        if self.story is not None:
            meaning |= {"story": self.story.key, "scenario": self.scenario}
        return canonical_digest(meaning)
