"""One request at a time: what an answer's body and headers mean."""

import json
from collections.abc import Mapping

import pytest

from claw.connect.decode import json_body
from claw.connectors.simpro.client import Client, InvalidColumn, Unsearchable
from claw.connectors.simpro.listing import only
from claw.ports.connector import Context, Response
from claw.ports.connector_errors import SourceChanged
from claw_testing.edge import edge
from claw_testing.simpro_world import NOW, SYDNEY, Lines

LIST = "/api/v1.0/companies/{company}/jobs/"
ITEM = "/api/v1.0/companies/{company}/jobs/{id}"


class Says:
    """``Http`` that gives the same answer to everything."""

    clock_skew_seconds = None

    def __init__(self, status: int, body: object) -> None:
        self._status = status
        self._body = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        good = self._status == 200
        items = json_body(self._body, "application/json").items if good else None
        return Response(
            status=self._status, headers={}, body=self._body, items=items, url_template=template
        )


def client(status: int, body: object) -> Client:
    return Client(
        Context(
            connection="simpro",
            settings={"company_id": "2"},
            http=Says(status, body),
            now=NOW,
            tenant_zone=SYDNEY,
            country="AU",
            account=None,
            log=Lines(),
            scratch={},
        )
    )


def complaint(message: str) -> dict[str, object]:
    return {"path": "/Total/ExTax", "message": message, "value": None}


SEARCH = "This API Column does not allow search requests."


@edge("simpro:49")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"errors": [complaint(SEARCH)]}, id="errors"),
        pytest.param({"status": "error", "data": {"errors": [complaint(SEARCH)]}}, id="wrapped"),
        pytest.param([complaint(SEARCH)], id="a list"),
        pytest.param(SEARCH.encode(), id="not JSON"),
    ],
)
async def test_a_refusal_to_search_is_recognised_in_every_form_of_error(body: object) -> None:
    with pytest.raises(Unsearchable):
        await client(422, body).rows(LIST, ("ID",), {"Total": "1"}, "ID")


@edge("simpro:50")
@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Invalid columns: JobNumber", {"JobNumber"}),
        ("Invalid columns: A, B", {"A", "B"}),
        ("Invalid columns found", set[str]()),
    ],
)
async def test_a_refused_column_is_recognised_and_named(
    status: int, message: str, named: set[str]
) -> None:
    with pytest.raises(InvalidColumn) as refused:
        await client(status, {"errors": [complaint(message)]}).rows(LIST, ("ID",), {}, "ID")
    assert refused.value.named == named


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_any_other_refusal_of_a_list_is_an_error_and_never_empty(status: int) -> None:
    with pytest.raises(SourceChanged):
        await client(status, {"errors": [complaint("No.")]}).rows(LIST, ("ID",), {}, "ID")


@edge("simpro:29", "simpro:59")
@pytest.mark.parametrize(
    "body", [{"Result": []}, {}, None, [1], [{"Name": "x"}], [{"ID": "abc"}], [{"ID": None}]]
)
async def test_a_list_of_anything_but_objects_with_an_id_is_an_error(body: object) -> None:
    with pytest.raises(SourceChanged):
        await client(200, body).rows(LIST, ("ID",), {}, "ID")


async def test_an_object_that_is_not_there_is_none_and_every_other_answer_an_error() -> None:
    assert await client(404, {}).item(ITEM, ("ID",), 7) is None
    assert await client(200, {"ID": "7"}).item(ITEM, ("ID",), 7) == b'{"ID": "7"}'
    for body in ({"ID": 8}, [{"ID": 7}], {"Name": "x"}):
        with pytest.raises(SourceChanged):
            await client(200, body).item(ITEM, ("ID",), 7)


def test_a_body_without_surprises_is_untouched_and_others_lose_only_those() -> None:
    body = b'{ "ID" : 7,  "Name": "x" }'
    assert only(("ID", "Name"), body) is body
    careless = b'{"ID": 7, "Banking": {"Account": "1"}, "Total": 1.50}'
    assert only(("ID", "Total"), careless) == b'{"ID":7,"Total":1.50}'
