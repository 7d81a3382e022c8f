"""Prints what python-icalendar reads in iCalendar files: one line of JSON per file.

Usage: /usr/bin/python3 -I icalendar_read.py FILE...
"""
import datetime
import json
import os
import re
import sys

import icalendar
import icalendar.parser
import icalendar.prop
import pytz

# Version 4 undoes the escapes of a text with several replacements in a row,
# and in between writes a comma as "%2C". So it reads "C:\\new" with a line
# break, and takes "%2C" out of addresses. Undone once, from left to right, as
# later versions do:
icalendar.parser.escape_string = icalendar.parser.unescape_string = lambda text: text
icalendar.prop.unescape_char = lambda text: re.sub(
    r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], text)


def instant(event, name, zones):
    """Returns the UTC instant of a property, by the zone data of the file."""
    read = event[name].dt
    if not isinstance(read, datetime.datetime):
        raise ValueError("%s is a date without a time" % name)
    zone = event[name].params.get("TZID")
    if zone is not None:
        # The parser itself has read the time with the zone data of the system.
        # Of a wall time that comes twice, the first is meant.
        read = zones[zone].localize(read.replace(tzinfo=None), is_dst=True)
    elif read.tzinfo is None:
        raise ValueError("%s has no time zone" % name)
    return read.astimezone(pytz.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_event(event, zones):
    def text(name):
        return str(event.get(name, ""))

    return {
        "uid": text("UID"),
        "start": instant(event, "DTSTART", zones),
        "end": instant(event, "DTEND", zones),
        "summary": text("SUMMARY"),
        "location": text("LOCATION"),
        "description": text("DESCRIPTION"),
        "status": text("STATUS"),
        "sequence": int(event.get("SEQUENCE", 0)),
        "transp": text("TRANSP"),
    }


def read_file(path):
    result = {"file": os.path.basename(path), "errors": [], "name": "", "events": []}
    try:
        with open(path, "rb") as file:
            calendar = icalendar.Calendar.from_ical(file.read())
        for component in calendar.walk():
            result["errors"] += ["%s %s: %s" % (component.name, *error) for error in component.errors]
        zones = {str(zone["TZID"]): zone.to_tz() for zone in calendar.walk("VTIMEZONE")}
        result["name"] = str(calendar.get("X-WR-CALNAME", ""))
        result["events"] = [read_event(event, zones) for event in calendar.walk("VEVENT")]
    except Exception as error:  # whatever a parser raises is what it makes of the file
        result["errors"].append(repr(error))
    return result


for path in sys.argv[1:]:
    print(json.dumps(read_file(path)))
