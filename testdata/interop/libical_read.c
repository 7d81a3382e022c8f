/*
 * Prints what libical reads in iCalendar files: one line of JSON per file.
 *
 * Build: cc -o libical_read libical_read.c $(pkg-config --cflags --libs libical)
 * Usage: libical_read FILE...
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libical/ical.h>

static void print_string(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* The errors of one file, printed as the elements of a JSON list. */
static int errors;

static void print_error(const char *where, const char *what)
{
	char line[1000];

	snprintf(line, sizeof line, "%s: %s", where, what);
	if (errors++ > 0)
		putchar(',');
	print_string(line);
}

static void print_errors_within(icalcomponent *c)
{
	const char *name = icalcomponent_kind_to_string(icalcomponent_isa(c));
	icalproperty *p;
	icalcomponent *inner;

	for (p = icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(c, ICAL_XLICERROR_PROPERTY))
		print_error(name, icalproperty_get_xlicerror(p));
	for (inner = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT); inner != NULL;
	     inner = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
		print_errors_within(inner);
}

static const char *value_of(icalproperty *p)
{
	icalvalue *value = p == NULL ? NULL : icalproperty_get_value(p);

	if (value == NULL)
		return "";
	switch (icalvalue_isa(value)) {
	case ICAL_TEXT_VALUE:
		return icalvalue_get_text(value);
	case ICAL_X_VALUE:
		return icalvalue_get_x(value);
	default:
		return icalvalue_as_ical_string(value);
	}
}

static const char *text(icalcomponent *c, icalproperty_kind kind)
{
	return value_of(icalcomponent_get_first_property(c, kind));
}

static const char *calendar_name(icalcomponent *calendar)
{
	icalproperty *p;

	for (p = icalcomponent_get_first_property(calendar, ICAL_X_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(calendar, ICAL_X_PROPERTY))
		if (strcmp(icalproperty_get_x_name(p), "X-WR-CALNAME") == 0)
			return value_of(p);
	return "";
}

/*
 * Writes the UTC instant of a property into out, by the zone data of the file.
 * Returns NULL, or what is wrong with the property.
 */
static const char *instant(icalcomponent *calendar, icalcomponent *event, icalproperty_kind kind, char out[32])
{
	icalproperty *p = icalcomponent_get_first_property(event, kind);
	icalparameter *tzid;
	icaltimezone *zone = NULL;
	struct icaltimetype t;

	strcpy(out, "");
	if (p == NULL)
		return "is missing";
	t = icalvalue_get_datetime(icalproperty_get_value(p));
	if (icaltime_is_null_time(t) || t.is_date)
		return "has no time";
	tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	if (tzid != NULL)
		zone = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(tzid));
	else if (icaltime_is_utc(t))
		zone = icaltimezone_get_utc_timezone();
	if (zone == NULL)
		return "has no time zone";
	icaltime_set_timezone(&t, zone);
	t = icaltime_convert_to_zone(t, icaltimezone_get_utc_timezone());
	snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.year, t.month, t.day, t.hour, t.minute, t.second);
	return NULL;
}

static void print_field(const char *name, const char *value)
{
	printf("\"%s\":", name);
	print_string(value);
	putchar(',');
}

static void print_events(icalcomponent *calendar)
{
	icalcomponent *event;
	char start[32], end[32];
	const char *separator = "";

	for (event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event != NULL;
	     event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
		instant(calendar, event, ICAL_DTSTART_PROPERTY, start);
		instant(calendar, event, ICAL_DTEND_PROPERTY, end);
		printf("%s{", separator);
		separator = ",";
		print_field("uid", text(event, ICAL_UID_PROPERTY));
		print_field("start", start);
		print_field("end", end);
		print_field("summary", text(event, ICAL_SUMMARY_PROPERTY));
		print_field("location", text(event, ICAL_LOCATION_PROPERTY));
		print_field("description", text(event, ICAL_DESCRIPTION_PROPERTY));
		print_field("status", text(event, ICAL_STATUS_PROPERTY));
		print_field("transp", text(event, ICAL_TRANSP_PROPERTY));
		printf("\"sequence\":%d}", icalcomponent_get_sequence(event));
	}
}

static void print_calendar_errors(icalcomponent *calendar)
{
	icalcomponent *event;
	char ignored[32];
	const char *wrong;

	/* The check adds what it finds to the components. */
	if (icalrestriction_check(calendar) == 0)
		print_error("VCALENDAR", "breaks a restriction of RFC 5546");
	print_errors_within(calendar);
	for (event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event != NULL;
	     event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
		if ((wrong = instant(calendar, event, ICAL_DTSTART_PROPERTY, ignored)) != NULL)
			print_error("DTSTART", wrong);
		if ((wrong = instant(calendar, event, ICAL_DTEND_PROPERTY, ignored)) != NULL)
			print_error("DTEND", wrong);
	}
}

/* Returns the text of a file, ended by a NUL, or NULL when it cannot be read or holds a NUL itself. */
static char *read_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = NULL;
	long size;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0 &&
	    (data = malloc((size_t)size + 1)) != NULL) {
		data[size] = '\0';
		if (fread(data, 1, (size_t)size, file) != (size_t)size || strlen(data) != (size_t)size) {
			free(data);
			data = NULL;
		}
	}
	fclose(file);
	return data;
}

static void read_file(char *path)
{
	char *data = read_text(path);
	icalcomponent *calendar = data == NULL ? NULL : icalparser_parse_string(data);

	printf("{\"errors\":[");
	errors = 0;
	if (data == NULL) {
		print_error("file", "cannot be read, or holds a NUL");
	} else if (calendar == NULL || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
		print_error("file", "is not one calendar");
		icalcomponent_free(calendar);
		calendar = NULL;
	} else {
		print_calendar_errors(calendar);
	}
	printf("],");
	print_field("name", calendar == NULL ? "" : calendar_name(calendar));
	printf("\"events\":[");
	if (calendar != NULL) {
		print_events(calendar);
		icalcomponent_free(calendar);
	}
	printf("],\"file\":");
	print_string(basename(path));
	printf("}\n");
	free(data);
}

int main(int argc, char **argv)
{
	int i;

	icalerror_set_errors_are_fatal(0);
	for (i = 1; i < argc; i++)
		read_file(argv[i]);
	return 0;
}
