"""A list page: found by words, filtered, in an order, counted, a page at a time. The same five things everywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.keyset import KeysetPage, page_of

PER_PAGE = 25
# Lists that are found by key show more at a time, and count no further than this.
PER_KEYSET_PAGE = 50
BOUND = 1000


@dataclass(frozen=True)
class Filter:
    """A choice above the list: its name in the address, its label, its options, and the chosen one."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str = ""


@dataclass(frozen=True)
class Listing:
    """What `components/search.html`, the table heads and the pager need to know."""

    page: Page[Any] | KeysetPage
    q: str
    order: str
    orders: Sequence[tuple[str, str]]
    filters: Sequence[Filter]
    total: int
    noun: str
    searchable: bool
    # Whether counting stopped at `total`, because there are more.
    bounded: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether the list shows less than it could."""
        return bool(self.q or any(one.value for one in self.filters))


def chosen(
    request: HttpRequest, name: str, label: str, options: Sequence[tuple[str, str]], every: str = "All"
) -> Filter:
    """A filter with what the address says; an unknown value counts as none."""
    value = request.GET.get(name, "")
    known = {one for one, _ in options}
    return Filter(name, label, [("", every), *options], value if value in known else "")


def _ordering(order: str, columns: Sequence[str]) -> list[str]:
    """The columns of an order, each turned round if the order begins with a minus."""
    if not order.startswith("-"):
        return list(columns)
    return [one[1:] if one.startswith("-") else f"-{one}" for one in columns]


def _by_keys(rows: QuerySet[Any], drawn_from: QuerySet[Any], per_page: int, given: str | None) -> Page[Any]:
    """The page of a list whose condition is asked once only: keys in their order, then the rows of the page's keys."""
    page: Page[Any] = Paginator(list(rows.values_list("pk", flat=True)), per_page).get_page(given)
    keys = list(page.object_list)
    found = drawn_from.in_bulk(keys) if keys else {}
    page.object_list = [found[key] for key in keys if key in found]
    return page


def listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    noun: str,
    orders: Mapping[str, tuple[str, Sequence[str]]],
    find: Sequence[str] = (),
    filters: Sequence[Filter] = (),
    per_page: int = PER_PAGE,
    drawn_from: QuerySet[Any] | None = None,
    also: Callable[[str], Q] | None = None,
) -> Listing:
    """Find, order and page `rows`, in two queries: how many and the page; or, with `drawn_from`, keys and the page.

    `find` names columns in which each word of `q` is looked for; `orders` maps a key of the address to its label and
    columns (the first is the usual one); `noun` may be "person,people". Filters are applied by the caller. Where it costs much to know which rows
    belong to the list, that is asked once, and the page's rows are taken from `drawn_from` by their keys. `also` says what a word
    finds besides.
    """
    q, rows = searched(request, rows, find, also)
    order, said = _ordered(request, orders)
    rows = rows.order_by(*_ordering(order, orders[order.removeprefix("-")][1]), "pk")
    given = request.GET.get("page")
    page = (
        _by_keys(rows, drawn_from, per_page, given)
        if drawn_from is not None
        else Paginator(rows, per_page).get_page(given)
    )
    return Listing(page, q if find else "", order, said, filters, page.paginator.count, noun, bool(find))


def keyset_listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    noun: str,
    orders: Mapping[str, tuple[str, Sequence[str]]],
    find: Sequence[str] = (),
    also: Callable[[str], Q] | None = None,
    filters: Sequence[Filter] = (),
    per_page: int = PER_KEYSET_PAGE,
    total: int | None = None,
) -> Listing:
    """As `listing`, for a list that may hold tens of thousands: pages by key, counted up to `BOUND`.

    `total` is the number of rows, if the caller knows it and nobody searches; else it costs a statement. No column of an
    order may be empty. The template draws `{% keyset_pager listing %}`.
    """
    q, rows = searched(request, rows, find, also)
    order, said = _ordered(request, orders)
    columns = _ordering(order, orders[order.removeprefix("-")][1])
    page = page_of(rows, columns, cursor=request.GET.get("at", ""), per_page=per_page, name=order)
    if total is None or q:
        total = rows.order_by()[: BOUND + 1].count()
    bounded = total > BOUND
    return Listing(page, q, order, said, filters, min(total, BOUND), noun, bool(find), bounded)


def searched(
    request: HttpRequest, rows: QuerySet[Any], find: Sequence[str], also: Callable[[str], Q] | None = None
) -> tuple[str, QuerySet[Any]]:
    """The words that are looked for, and the rows in which each of them stands, or which it finds `also`."""
    q = request.GET.get("q", "").strip().replace("\x00", "")[:100] if find else ""
    for word in q.split():
        fits = reduce(or_, (Q(**{f"{column}__icontains": word}) for column in find))
        rows = rows.filter(fits | also(word) if also else fits)
    return q, rows


def _ordered(
    request: HttpRequest, orders: Mapping[str, tuple[str, Sequence[str]]]
) -> tuple[str, list[tuple[str, str]]]:
    """The order the address asks for, or the usual one; and all there are, with their labels."""
    usual = next(iter(orders))
    order = request.GET.get("order", usual)
    if order.removeprefix("-") not in orders:
        order = usual
    said = [(key, label) for key, (label, _) in orders.items()]
    if order.startswith("-"):
        said.insert(0, (order, f"{orders[order[1:]][0]}, turned round"))
    return order, said
