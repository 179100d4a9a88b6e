"""The shop's six epics: data. Their stories stand in `features/<folder>/`."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DemoEpic:
    """An epic, which of the shop's teams delivers it, and what it rests on."""

    folder: str
    title: str
    summary: str
    team: str
    promised_for: str
    services: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    # The title of the SLO that it promises to keep.
    slo: str = ""
    # title and statement
    nfrs: tuple[tuple[str, str], ...] = field(default=())


EPICS = [
    DemoEpic(
        "history",
        "Order history",
        "Every order of the last ten years, found in seconds.",
        "orders",
        "2026-Q3",
        ("order-book",),
        slo="Orders are found while one is on the phone",
        nfrs=(("Ten years of orders load in under 2 s", "95 of 100 openings take less than two seconds."),),
    ),
    DemoEpic(
        "checkout",
        "Checkout in one page",
        "Address, delivery and payment on one page that keeps what was typed.",
        "checkout",
        "2026-Q4",
        ("basket", "payments"),
        slo="Checkout is there when the shopper is",
        nfrs=(
            ("Cold start under 2 s", "The first request after a deployment is answered in less than two seconds."),
            ("No card number in logs", "A search of a day's logs for card numbers finds none."),
        ),
    ),
    DemoEpic(
        "wallet",
        "Pay with a wallet",
        "Two taps from the basket to the receipt for those who have a wallet on their phone.",
        "checkout",
        "2026-Q4",
        ("payments",),
        needs=("history",),
        slo="A payment goes through or is declined",
        nfrs=(("A wallet that is down is hidden", "Within a minute after a provider fails, its button is gone."),),
    ),
    DemoEpic(
        "returns",
        "Returns without a printer",
        "A code on the phone instead of a label on paper.",
        "orders",
        "2026-Q4",
        ("order-book",),
    ),
    DemoEpic(
        "search",
        "Search that understands typing errors",
        "“kettel” finds kettles.",
        "checkout",
        "2026-Q3",
        ("basket",),
        slo="Search keeps up with typing",
    ),
    DemoEpic(
        "lockers",
        "Delivery to a locker",
        "Parcels wait where people pass by anyway.",
        "orders",
        "2027-Q1",
        ("order-book",),
        needs=("checkout",),
        nfrs=(("Works in a cellar", "The code on the phone opens the locker without a network."),),
    ),
]
