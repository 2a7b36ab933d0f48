"""How this build can misbehave: the catalogue of its faults."""

from claw.connect.simulator import FaultScript
from claw.connect.token_server import COUNTED_TOKEN_FAULTS, STANDING_TOKEN_FAULTS

COUNTED = {
    **COUNTED_TOKEN_FAULTS,
    "page_shift_delete": "an earlier row is deleted just before page two (page=) is read, n times",
    "page_shift_insert": "a row is inserted on page one just before page two (page=) is read, "
    "n times",
    "total_drift": "Result-Total grows on page two (page=), n times",
    "duplicate_row": "the last page repeats a row, n times",
    "skipped_row": "the last page leaves out a row that Result-Total counts, n times",
    "rate429": "n answers 429; retry_after=seconds|date|zero|garbage|absent",
    "empty_page": "n pages come empty although Result-Total counts their rows",
    "html_503": "n answers 503 with an HTML page",
    "html_200": "n answers 200 with an HTML login page",
    "empty_body": "n answers 200 without a body",
    "truncated": "n answers cut in the middle of their JSON",
    "no_content": "n answers 204 without a body",
    "not_modified": "n answers 304 although nobody asked for one",
    "reset": "n connections reset without an answer",
}

STANDING = {
    **STANDING_TOKEN_FAULTS,
    "narrow_list": "lists give their default columns only, whatever is asked",
    "project_absent": "schedule rows without Project, as documented",
    "project_null": "Project is null on every schedule row",
    "project_string": "Project is a string",
    "type_capitalised": "Type is Job, Quote, …",
    "blocks_absent": "schedule rows without Blocks",
    "blocks_empty": "Blocks is an empty list",
    "link_header": "lists carry a Link header",
    "no_result_headers": "lists carry no Result-* headers",
    "garbage_result_pages": "Result-Pages is not a number",
    "filter_ignored": "field filters have no effect (of one field, when named)",
    "between_exclusive": "between() leaves out its upper bound",
    "orderby_ignored": "orderby has no effect and the order is arbitrary",
    "page_cap": "pages hold at most N rows, whatever is asked",
    "noise429": "another integration uses N (8) of the ten requests a second",
    "unauthorized_mid": "the Nth request answers 401, once",
    "revoked": "every request answers 401",
    "forbidden": "403 on one resource",
    "missing": "missing:<kind>:<id>: 404 on that item, and absent from lists",
    "empty_200": "[] where rows could not be read (one resource, when named)",
    "object_for_array": "lists are wrapped in an object",
    "slow_drip": "bodies arrive a few bytes at a time, N (5) ms apart",
    "bom": "bodies begin with a byte order mark",
    "gzip": "bodies are compressed",
    "error_shape": "error bodies as wrapped, list, no_errors, oauth, text or empty",
    "modified_since_500": "500 when If-Modified-Since meets orderby=DateModified",
    "modified_since_ignored": "If-Modified-Since has no effect",
    "echo_authorization": "error bodies repeat the request's headers",
    "iso_wrong": "ISO times an hour off the wall times",
    "iso_stale": "ISO times with the zone's standard offset all the year",
    "iso_missing": "no ISO times",
    "iso_z": "ISO times in UTC with Z",
    "clock_24": "one row a day ends at 24:00",
    "ampm_times": "wall times as 08:00 AM",
    "short_times": "wall times as 8:00",
    "empty_times": "wall times as empty text",
    "null_times": "wall times are null",
    "hours_differ": "blocks book half an hour less than they span",
    "night_shift": "one row a day runs from 22:00 to 02:00",
    "zero_block": "one row a day has a block of no length",
    "dst_gap": "on the day clocks go forward, one row starts at 02:30",
    "dst_overlap": "on the day clocks go back, one row starts at the second 02:30 (or :first)",
    "staff_integer": "one row a day has a bare number as Staff",
    "staff_empty": "one row a day has {} as Staff",
    "archived_staff": "one row a day is booked on an employee who left (39)",
    "dummy_staff": "one row a day is on staff that is nobody: tentative, training or non",
    "recurring": "toolbox talks belong to a recurring schedule; RecurringScheduleID is 0 elsewhere",
    "locked": "every other schedule row is locked",
    "billable_activity": "training is booked on an activity that is billed",
    "reference_odd": "one row a day has no cost centre in its Reference (or :short, :empty)",
    "placeholder_job": "the first job of each date is named YOU ARE ON CALL****",
    "status_renamed": "workflow statuses have other names than before, in rows and set-up",
    "status_null": "Status of jobs, quotes and leads is null",
    "long_timeline": "a job's timeline has N (300) more entries of every type, some by nobody",
    "names_blank": "unused names are a space",
    "optional_absent": "fields that may be absent are, where they would be null",
    "extra_fields": "rows have a field nobody documents",
    "hostile_text": "free texts are hostile: quotes, rtl, emoji, nul, controls, html, formula, "
    "order, long, or each in turn",
    "note_megabytes": "one row a day has a note of N (1) MB",
    "latin1": "bodies are in ISO 8859-1 without saying so, and one row a day has an é",
    "big_ids": "the first row of each date has an id beyond 2^53",
    "ids_as_strings": "ids are strings",
    "lone_surrogate": "one row a day has half a surrogate pair, escaped, in its Notes",
    "status_number": "Name of a mobile status is a number, as documented",
    "unknown_type": "one row a day (id=: this one) has a Type nobody documents",
    "date_absent": "one row a day (id=: this one) has no Date and no ISO times",
    "unsearchable": "422 when this field is filtered on",
    "invalid_column": "422 when this column is asked for (status=400 for the other form)",
    "http_date_skew": "the Date header is off by so many hours",
    "webhook_signature": "webhooks signed by sha256, sha1, none or wrong; header=, prefix=yes",
    "webhook_duplicates": "webhooks are sent twice",
    "webhook_reorder": "webhooks are sent newest first",
    "webhook_deleted_first": "a deleted event comes before what was created or updated",
    "webhook_paused": "webhooks are not sent, and never will be",
    "fail_after": "the Nth and later requests answer 503",
    "redirect_other_host": "302 to another host",
}

FAULTS = {**COUNTED, **STANDING}
"""Every fault and what it does."""

REPEATABLE = ("missing", "forbidden", "unsearchable", "invalid_column")


def fault_script() -> FaultScript:
    """An empty script that knows this build's faults."""
    return FaultScript(standing=tuple(STANDING), counted=tuple(COUNTED), repeatable=REPEATABLE)
