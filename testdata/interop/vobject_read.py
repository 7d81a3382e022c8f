"""Prints what python-vobject reads in iCalendar files: one line of JSON per file.

Usage: /usr/bin/python3 -I vobject_read.py FILE...
"""
import datetime
import json
import os
import sys

# Without pytz, the parser cannot fall back to the zone data of the system for
# a zone that the file does not hold.
sys.modules["pytz"] = None

import vobject
import vobject.base
import vobject.icalendar

# The parser does not know this property and would leave its escapes in.
vobject.base.registerBehavior(vobject.icalendar.TextBehavior, "X-WR-CALNAME")

# The parser keeps the first zone of a name that it meets, for the whole
# process; every file is to be read with its own.
known_zones = vars(vobject.icalendar)["__tzidMap"]
only_utc = dict(known_zones)


def instant(event, name, zones):
    """Returns the UTC instant of a property, by the zone data of the file."""
    line = event.contents[name][0]
    read = line.value
    if not isinstance(read, datetime.datetime):
        raise ValueError("%s is a date without a time" % name)
    if read.tzinfo is None:
        # The parser drops a zone of the file that is never off UTC.
        read = read.replace(tzinfo=zones.get(line.params.get("X-VOBJ-ORIGINAL-TZID", [None])[0]))
    if read.tzinfo is None:
        raise ValueError("%s has no time zone" % name)
    return read.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(component, name):
    return component.contents[name][0].value if name in component.contents else ""


def read_event(event, zones):
    return {
        "uid": text(event, "uid"),
        "start": instant(event, "dtstart", zones),
        "end": instant(event, "dtend", zones),
        "summary": text(event, "summary"),
        "location": text(event, "location"),
        "description": text(event, "description"),
        "status": text(event, "status"),
        "sequence": int(text(event, "sequence") or 0),
        "transp": text(event, "transp"),
    }


def read_file(path):
    result = {"file": os.path.basename(path), "errors": [], "name": "", "events": []}
    known_zones.clear()
    known_zones.update(only_utc)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            (calendar,) = vobject.readComponents(file.read(), validate=True)
        result["name"] = text(calendar, "x-wr-calname")
        zones = {zone.tzid.value: zone.tzinfo for zone in calendar.contents.get("vtimezone", [])}
        result["events"] = [read_event(event, zones) for event in calendar.contents.get("vevent", [])]
    except Exception as error:  # whatever a parser raises is what it makes of the file
        result["errors"].append(repr(error))
    return result


for path in sys.argv[1:]:
    print(json.dumps(read_file(path)))
