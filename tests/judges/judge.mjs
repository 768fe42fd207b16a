// ical.js and node-ical as judges: node judge.mjs FOLDER-OF-THEIR-PACKAGES < asked.json > verdicts.json
//
// Reads `{"judges": [...], "texts": [...]}`. Writes for each text what each judge made of it: why it
// could not be read, or its METHOD and its instances as [uid, start, end, status, summary, location];
// start and end in seconds since 1970, of all-day items as if their days were UTC's.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const load = createRequire(join(process.argv[2], "package.json"));
const ICAL = load("ical.js");
const nodeIcal = load("node-ical");

const FROM = new Date(Date.UTC(2020, 0, 1));
const TO = new Date(Date.UTC(2045, 0, 1));
const MOST = 5000;

function icaljs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  if (calendar.name !== "vcalendar") throw new Error(`this is a ${calendar.name}`);
  ICAL.TimezoneService.reset();
  for (const block of calendar.getAllSubcomponents("vtimezone")) {
    const zone = new ICAL.Timezone(block);
    ICAL.TimezoneService.register(zone.tzid, zone);
  }
  const series = new Map();
  for (const event of calendar.getAllSubcomponents("vevent")) {
    for (const name of ["dtstart", "dtend", "recurrence-id"]) {
      const property = event.getFirstProperty(name);
      const named = property?.getParameter("tzid");
      if (named && property.getFirstValue().zone.tzid !== named) throw new Error(`no zone ${named}`);
    }
    const uid = event.getFirstPropertyValue("uid");
    const known = series.get(uid) ?? { master: null, overrides: [] };
    if (event.hasProperty("recurrence-id")) known.overrides.push(event);
    else if (known.master) throw new Error(`two masters of ${uid}`);
    else known.master = event;
    series.set(uid, known);
  }
  const instances = [];
  const add = (item, start, end) => {
    const said = (name) => item.getFirstPropertyValue(name) ?? "";
    instances.push([
      said("uid"), start.toUnixTime(), end.toUnixTime(),
      said("status"), said("summary"), said("location"),
    ]);
  };
  for (const { master, overrides } of series.values()) {
    if (!master) {
      for (const each of overrides) {
        const event = new ICAL.Event(each);
        add(each, event.startDate, event.endDate);
      }
      continue;
    }
    const event = new ICAL.Event(master);
    for (const each of overrides) event.relateException(each);
    if (!event.isRecurring()) {
      add(master, event.startDate, event.endDate);
      continue;
    }
    let count = 0;
    const dates = event.iterator();
    for (let next = dates.next(); next; next = dates.next()) {
      if (++count > MOST) throw new Error(`it never ends: ${event.uid}`);
      const { item, startDate, endDate } = event.getOccurrenceDetails(next);
      add(item.component, startDate, endDate);
    }
  }
  return { method: calendar.getFirstPropertyValue("method"), instances };
}

function nodeical(text) {
  const parsed = nodeIcal.sync.parseICS(text);
  const instances = [];
  const seconds = (date, isDay) =>
    isDay
      ? Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 1000
      : date.getTime() / 1000;
  for (const event of Object.values(parsed)) {
    if (event.type !== "VEVENT") continue;
    for (const each of nodeIcal.expandRecurringEvent(event, { from: FROM, to: TO })) {
      const it = each.event;
      instances.push([
        it.uid, seconds(each.start, each.isFullDay), seconds(each.end, each.isFullDay),
        it.status ?? "", it.summary ?? "", it.location ?? "",
      ]);
    }
  }
  return { method: parsed.vcalendar?.method ?? null, instances };
}

const verdict = (judge, text) => {
  try {
    return judge(text);
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
};
const { texts, judges } = JSON.parse(readFileSync(0, "utf8"));
const known = { icaljs, nodeical };
const verdicts = texts.map((text) =>
  Object.fromEntries(judges.map((name) => [name, verdict(known[name], text)])));
process.stdout.write(JSON.stringify(verdicts));
