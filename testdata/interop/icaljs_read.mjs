// Prints what ical.js reads in iCalendar files: one line of JSON per file.
//
// Usage: node icaljs_read.mjs FILE...
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ICAL from 'ical.js';

// The parser does not know this property and would leave its escapes in.
ICAL.design.icalendar.property['x-wr-calname'] = { defaultType: 'text' };

// Returns the UTC instant of a property. The parser knows no zones but those of
// the file, and takes a time in any other zone as a time without one.
function instant(event, name) {
  const time = event.getFirstPropertyValue(name);
  if (time.isDate) {
    throw new Error(`${name} is a date without a time`);
  }
  if (time.zone === ICAL.Timezone.localTimezone) {
    throw new Error(`${name} has no time zone`);
  }
  return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
}

function readEvent(event) {
  const text = (name) => event.getFirstPropertyValue(name) ?? '';
  return {
    uid: text('uid'),
    start: instant(event, 'dtstart'),
    end: instant(event, 'dtend'),
    summary: text('summary'),
    location: text('location'),
    description: text('description'),
    status: text('status'),
    sequence: event.getFirstPropertyValue('sequence') ?? 0,
    transp: text('transp'),
  };
}

function readFile(path) {
  const result = { file: basename(path), errors: [], name: '', events: [] };
  try {
    const source = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
    const calendar = new ICAL.Component(ICAL.parse(source));
    result.name = calendar.getFirstPropertyValue('x-wr-calname') ?? '';
    result.events = calendar.getAllSubcomponents('vevent').map(readEvent);
  } catch (error) {
    result.errors.push(String(error));
  }
  return result;
}

for (const path of process.argv.slice(2)) {
  console.log(JSON.stringify(readFile(path)));
}
