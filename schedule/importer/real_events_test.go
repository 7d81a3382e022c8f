package importer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// realEvents are the real schedules of the two formats. The counts were taken
// from the files by other means, and each instant was read from the file's own
// text: the id of the slot, its start and end as RFC 3339, its conference day and
// its room.
var realEvents = []struct {
	path                          []string
	zone                          string // --timezone
	need                          bool   // the file does not say its zone
	talks, slots, rooms, speakers int
	instants                      [][4]string
	codes                         []string // of the warnings that the file disagrees with itself
}{
	{
		path: []string{"frab_xml", "fosdem-2007.xml"}, zone: "Europe/Brussels", need: true, talks: 215, slots: 215, rooms: 18, speakers: 244,
		instants: [][4]string{
			{"0", "2007-02-25T15:00:00+01:00 2007-02-25T15:45:00+01:00", "2007-02-25", "Chavanne"},
			{"20", "2007-02-26T09:00:00+01:00 2007-02-26T10:00:00+01:00", "2007-02-26", "AW1.125"},
			{"218", "2007-02-26T15:00:00+01:00 2007-02-26T16:00:00+01:00", "2007-02-26", "AW1.121"},
		},
	}, {
		path: []string{"frab_xml", "fosdem-2010.xml"}, zone: "Europe/Brussels", need: true, talks: 301, slots: 301, rooms: 20, speakers: 326,
		instants: [][4]string{
			{"20", "2010-02-06T16:40:00+01:00 2010-02-06T16:55:00+01:00", "2010-02-06", "Ferrer"},
			{"27", "2010-02-07T14:00:00+01:00 2010-02-07T14:45:00+01:00", "2010-02-07", "AW1.126"},
			{"310", "2010-02-07T14:00:00+01:00 2010-02-07T14:45:00+01:00", "2010-02-07", "AW1.124"},
		},
	}, {
		path: []string{"frab_xml", "fosdem-2018.xml"}, zone: "Europe/Brussels", need: true, talks: 689, slots: 689, rooms: 31, speakers: 651,
		instants: [][4]string{
			{"7294", "2018-02-03T09:30:00+01:00 2018-02-03T09:55:00+01:00", "2018-02-03", "Janson"},
			{"6091", "2018-02-04T12:00:00+01:00 2018-02-04T12:50:00+01:00", "2018-02-04", "K.1.105 (La Fontaine)"},
			{"7323", "2018-02-04T14:00:00+01:00 2018-02-04T16:00:00+01:00", "2018-02-04", "K.Level.2"},
		},
	}, {
		path: []string{"frab_xml", "fosdem-2023.xml"}, zone: "Europe/Brussels", need: true, talks: 780, slots: 780, rooms: 35, speakers: 787,
		instants: [][4]string{
			{"15059", "2023-02-04T09:30:00+01:00 2023-02-04T09:55:00+01:00", "2023-02-04", "Janson"},
			{"14416", "2023-02-04T13:00:00+01:00 2023-02-04T13:30:00+01:00", "2023-02-04", "D.minimalistic"},
			{"15079", "2023-02-05T09:00:00+01:00 2023-02-05T18:00:00+01:00", "2023-02-05", "I.Infodesk"},
		},
	}, {
		path: []string{"frab_xml", "fosdem-2025.xml"}, talks: 943, slots: 943, rooms: 29, speakers: 992,
		instants: [][4]string{
			{"852280ac-61d3-588c-b74c-8d87f9d9d2c6", "2025-02-01T10:35:00+01:00 2025-02-01T11:00:00+01:00", "2025-02-01", "K.3.201"},
			{"799b829f-1f21-506c-b140-f8cb2df9498b", "2025-02-02T09:30:00+01:00 2025-02-02T09:55:00+01:00", "2025-02-02", "K.3.201"},
			{"2fb257dd-7ecb-50dd-93ff-7f5f3ef1ba52", "2025-02-02T16:25:00+01:00 2025-02-02T16:50:00+01:00", "2025-02-02", "UD6.215"},
		},
	}, {
		path: []string{"frab_xml", "28c3-2011-pentabarf.xml"}, zone: "Europe/Berlin", need: true, talks: 85, slots: 85, rooms: 3, speakers: 102,
		instants: [][4]string{
			{"4721", "2011-12-28T00:15:00+01:00 2011-12-28T01:15:00+01:00", "2011-12-27", "Saal 1"}, // after midnight
			{"4817", "2011-12-27T23:00:00+01:00 2011-12-28T00:00:00+01:00", "2011-12-27", "Saal 3"},
			{"4758", "2011-12-28T18:30:00+01:00 2011-12-28T19:30:00+01:00", "2011-12-28", "Saal 3"},
			{"4818", "2011-12-30T17:15:00+01:00 2011-12-30T18:15:00+01:00", "2011-12-30", "Saal 3"},
		},
	}, {
		path: []string{"frab_xml", "31c3-2014.xml"}, zone: "Europe/Berlin", need: true, talks: 138, slots: 138, rooms: 4, speakers: 198,
		instants: [][4]string{
			{"29aecfd7-2e44-4f49-ab86-29b5e0877325", "2014-12-27T11:00:00+01:00 2014-12-27T11:30:00+01:00", "2014-12-27", "Saal 1"},
			{"77aea78c-f2d2-461a-92b3-82929a79d598", "2014-12-28T00:00:00+01:00 2014-12-28T02:15:00+01:00", "2014-12-27", "Saal 1"}, // after midnight
			{"78d34ebe-e910-4d26-98e3-71c0f07cedb6", "2014-12-30T17:15:00+01:00 2014-12-30T18:15:00+01:00", "2014-12-30", "Saal 6"},
		},
	}, {
		path: []string{"frab_xml", "39c3-2025.xml"}, talks: 215, slots: 215, rooms: 14, speakers: 263,
		instants: [][4]string{
			{"jz9a3e", "2025-12-27T16:00:00+01:00 2025-12-27T17:00:00+01:00", "2025-12-27", "One"},
			{"psg7qa", "2025-12-28T00:20:00+01:00 2025-12-28T01:20:00+01:00", "2025-12-27", "One"}, // after midnight
			{"57b87df0-3e0e-43c1-a182-ff7ca1140ab3", "2025-12-30T11:00:00+01:00 2025-12-30T16:00:00+01:00", "2025-12-30", "Kidspace - Elektrotisch"},
		},
	}, {
		// Its offset of zero is a lie: ten o'clock is the hour of Montréal.
		path: []string{"frab_xml", "debconf17-2017-wafer.xml"}, zone: "America/Toronto", need: true, talks: 181, slots: 181, rooms: 6, speakers: 126,
		instants: [][4]string{
			{"246", "2017-08-05T10:00:00-04:00 2017-08-05T10:45:00-04:00", "2017-08-05", "Rex"},
			{"272", "2017-08-08T10:00:00-04:00 2017-08-08T10:45:00-04:00", "2017-08-08", "Potato"},
			{"205", "2017-08-12T19:00:00-04:00 2017-08-12T20:30:00-04:00", "2017-08-12", "Elsewhere"},
		},
		codes: []string{"time-disagrees"},
	}, {
		path: []string{"frab_xml", "emf-2018.xml"}, zone: "Europe/London", need: true, talks: 214, slots: 214, rooms: 8, speakers: 191,
		instants: [][4]string{
			{"fbd8c139-d938-5f6e-ba31-35ba2c96a3f0", "2018-08-31T12:30:00+01:00 2018-08-31T12:50:00+01:00", "2018-08-31", "Stage A"},
			{"62ac274b-9554-5e6c-a3dd-97b696695205", "2018-09-01T15:50:00+01:00 2018-09-01T16:20:00+01:00", "2018-09-01", "Stage A"},
			{"9e4bb6f8-30e9-5cfb-92b7-faba2fdc7b62", "2018-09-02T21:00:00+01:00 2018-09-02T23:00:00+01:00", "2018-09-02", "Stage C"},
		},
		codes: []string{"head-disagrees"},
	}, {
		path: []string{"frab_xml", "emf-2022.xml"}, zone: "Europe/London", need: true, talks: 335, slots: 335, rooms: 19, speakers: 232,
		instants: [][4]string{
			{"4146f61a-974c-5a8a-9389-da8a397cf9a1", "2022-06-02T10:00:00+01:00 2022-06-02T11:00:00+01:00", "2022-06-02", "Workshop 4"},
			{"4cde2b62-7d71-5b78-b051-340c13c15e47", "2022-06-05T00:00:00+01:00 2022-06-05T02:00:00+01:00", "2022-06-04", "Workshop 4"}, // after midnight
			{"3845f95b-b1f9-56c7-bf20-52031e27010e", "2022-06-05T23:00:00+01:00 2022-06-06T00:00:00+01:00", "2022-06-05", "Null Sector"},
		},
	}, {
		path: []string{"frab_xml", "camp2019-wiki.xml"}, zone: "Europe/Berlin", need: true, talks: 402, slots: 402, rooms: 53, speakers: 109,
		instants: [][4]string{
			{"f38ff36c-3a0a-47e4-8969-091845b6c0a0", "2019-08-21T21:00:00+02:00 2019-08-21T22:00:00+02:00", "2019-08-21", "Johnson (Workshop 1)"},
			{"c806c61c-521f-4f89-a836-064f5575b3a3", "2019-08-23T13:30:00+02:00 2019-08-23T14:55:00+02:00", "2019-08-23", "Village:About:freedom"},
			{"b4cc194f-6a8f-4dce-a7ee-b79b68cf78dc", "2019-08-23T18:30:00+02:00 2019-08-24T00:30:00+02:00", "2019-08-23", "Village:About:freedom"},
		},
	}, {
		// The clocks go back in its last night.
		path: []string{"frab_xml", "privacyweek-2017.xml"}, zone: "Europe/Vienna", need: true, talks: 109, slots: 109, rooms: 5, speakers: 80,
		instants: [][4]string{
			{"b445a0c0-30c4-41f7-9439-e9559cbeca84", "2017-10-23T10:00:00+02:00 2017-10-23T10:45:00+02:00", "2017-10-23", "Volkskundemuseum Saal 1"},
			{"7c1ede90-60d4-4dda-8475-fb9ed6097e4f", "2017-10-26T12:00:00+02:00 2017-10-26T12:45:00+02:00", "2017-10-26", "Volkskundemuseum Saal 1"},
			{"2e1c9f62-9909-4d3f-9d9d-cc3d3054a9a5", "2017-10-29T09:00:00+01:00 2017-10-29T10:30:00+01:00", "2017-10-29", "Side-Events"},
		},
	}, {
		path: []string{"c3voc_json", "camp2019-everything.json"}, zone: "Europe/Berlin", need: true, talks: 602, slots: 606, rooms: 61, speakers: 282,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T02:00:00+02:00 2019-08-22T04:00:00+02:00", "2019-08-21", "Plank"}, // after midnight
			// One talk on four days, all of one guid.
			{"f6b73c1d-465f-540c-9854-26b8c0dcf645", "2019-08-21T14:00:00+02:00 *", "2019-08-21", "Fireplace (Workshop THM)"},
			{"f6b73c1d-465f-540c-9854-26b8c0dcf645-2", "2019-08-22T14:00:00+02:00 *", "2019-08-22", "Fireplace (Workshop THM)"},
			{"f6b73c1d-465f-540c-9854-26b8c0dcf645-4", "2019-08-24T14:00:00+02:00 *", "2019-08-24", "Fireplace (Workshop THM)"},
		},
	}, {
		path: []string{"c3voc_json", "frab-camp2019.json"}, talks: 79, slots: 79, rooms: 2, speakers: 90,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"ed4b6c75-", "2019-08-22T23:00:00+02:00 2019-08-23T00:30:00+02:00", "2019-08-22", "Meitner"},
			{"0d45023b-", "2019-08-23T23:00:00+02:00 2019-08-23T23:45:00+02:00", "2019-08-23", "Meitner"},
		},
	}, {
		// It says that it is in UTC, and has the offsets and the hours of Berlin.
		path: []string{"c3voc_json", "pretalx-democon.json"}, zone: "Europe/Berlin", talks: 36, slots: 36, rooms: 2, speakers: 27,
		instants: [][4]string{
			{"8079583e-", "2020-12-14T09:00:00+01:00 2020-12-14T09:30:00+01:00", "2020-12-14", "Gray Room"},
			{"517218e5-", "2020-12-14T14:00:00+01:00 2020-12-14T15:30:00+01:00", "2020-12-14", "Tan Room"},
			{"2b2f1972-", "2020-12-16T14:00:00+01:00 2020-12-16T15:30:00+01:00", "2020-12-16", "Tan Room"},
		},
		codes: []string{"zone-disagrees"},
	}, {
		path: []string{"c3voc_json", "pretalx-democon.json"}, talks: 36, slots: 36, rooms: 2, speakers: 27,
		instants: [][4]string{
			{"8079583e-", "2020-12-14T08:00:00Z 2020-12-14T08:30:00Z", "2020-12-14", "Gray Room"},
			{"517218e5-", "2020-12-14T13:00:00Z 2020-12-14T14:30:00Z", "2020-12-14", "Tan Room"},
			{"2b2f1972-", "2020-12-16T13:00:00Z 2020-12-16T14:30:00Z", "2020-12-16", "Tan Room"},
		},
		codes: []string{"zone-disagrees"},
	}, {
		path: []string{"c3voc_json", "invalid-example.json"}, talks: 1, slots: 1, rooms: 1, speakers: 1,
		instants: [][4]string{{"7a0fc001-", "2022-12-28T14:00:00+01:00 2022-12-28T14:45:00+01:00", "2022-12-28", "Winterchaos"}},
	}, {
		path: []string{"revisions", "31c3-2014", "1.xml"}, zone: "Europe/Berlin", need: true, talks: 137, slots: 137, rooms: 4, speakers: 192,
		instants: [][4]string{
			{"29aecfd7-2e44-4f49-ab86-29b5e0877325", "2014-12-27T11:00:00+01:00 2014-12-27T11:30:00+01:00", "2014-12-27", "Saal 1"},
			{"77aea78c-f2d2-461a-92b3-82929a79d598", "2014-12-28T00:00:00+01:00 2014-12-28T02:15:00+01:00", "2014-12-27", "Saal 1"},
			{"2f68e356-6c3f-4034-9640-c06d717ed96b", "2014-12-28T23:00:00+01:00 2014-12-29T00:00:00+01:00", "2014-12-28", "Saal G"},
		},
	}, {
		path: []string{"revisions", "31c3-2014", "3.xml"}, zone: "Europe/Berlin", need: true, talks: 139, slots: 139, rooms: 4, speakers: 198,
		instants: [][4]string{
			{"29aecfd7-2e44-4f49-ab86-29b5e0877325", "2014-12-27T11:00:00+01:00 2014-12-27T11:30:00+01:00", "2014-12-27", "Saal 1"},
			{"77aea78c-f2d2-461a-92b3-82929a79d598", "2014-12-28T00:00:00+01:00 2014-12-28T02:15:00+01:00", "2014-12-27", "Saal 1"},
			{"2f68e356-6c3f-4034-9640-c06d717ed96b", "2014-12-28T23:00:00+01:00 2014-12-29T00:00:00+01:00", "2014-12-28", "Saal G"},
		},
	}, {
		path: []string{"revisions", "31c3-2014", "4.xml"}, zone: "Europe/Berlin", need: true, talks: 138, slots: 138, rooms: 4, speakers: 198,
		instants: [][4]string{
			{"29aecfd7-2e44-4f49-ab86-29b5e0877325", "2014-12-27T11:00:00+01:00 2014-12-27T11:30:00+01:00", "2014-12-27", "Saal 1"},
			{"77aea78c-f2d2-461a-92b3-82929a79d598", "2014-12-28T00:00:00+01:00 2014-12-28T02:15:00+01:00", "2014-12-27", "Saal 1"},
			{"2f68e356-6c3f-4034-9640-c06d717ed96b", "2014-12-28T23:00:00+01:00 2014-12-29T00:00:00+01:00", "2014-12-28", "Saal G"},
		},
	}, {
		// Its offsets of zero lie; the next revision has them right.
		path: []string{"revisions", "camp2019-stages", "1.json"}, zone: "Europe/Berlin", need: true, talks: 118, slots: 121, rooms: 4, speakers: 124,
		instants: [][4]string{
			{"ecc2fea1-4e7c-5dce-a88c-e808dd245271", "2019-08-21T15:00:00+02:00 2019-08-21T16:00:00+02:00", "2019-08-21", "Plank"},
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "Workshop"},
			{"30f4400a-", "2019-08-22T18:30:00+02:00 2019-08-22T20:30:00+02:00", "2019-08-22", "Workshop"},
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
		},
		codes: []string{"time-disagrees"},
	}, {
		path: []string{"revisions", "camp2019-stages", "2.json"}, zone: "Europe/Berlin", need: true, talks: 122, slots: 125, rooms: 4, speakers: 135,
		instants: [][4]string{
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "THM Workshop"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T04:30:00+02:00 2019-08-22T06:30:00+02:00", "2019-08-22", "Plank"},
			{"ecc2fea1-4e7c-5dce-a88c-e808dd245271", "2019-08-21T16:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "Plank"}, // which was moved
		},
	},
	{
		// Version 2.
		path: []string{"c3voc_json", "hub-schedule2.json"}, talks: 2, slots: 2, rooms: 2, speakers: 4,
		instants: [][4]string{
			{"hqccyh", "2024-12-27T10:30:00+01:00 2024-12-27T11:00:00+01:00", "2024-12-27", "Saal 1"},
			{"tpgrnn", "2024-12-28T00:15:00+01:00 2024-12-28T00:55:00+01:00", "2024-12-27", "Saal ZIGZAG"}, // after midnight
		},
	},
	{
		path: []string{"revisions", "camp2019-stages", "3.json"}, zone: "Europe/Berlin", need: true, talks: 181, slots: 184, rooms: 7, speakers: 160,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "THM Workshop"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T04:30:00+02:00 2019-08-22T06:30:00+02:00", "2019-08-22", "Plank"},
		},
	},
	{
		path: []string{"revisions", "camp2019-stages", "4.json"}, zone: "Europe/Berlin", need: true, talks: 187, slots: 190, rooms: 7, speakers: 167,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "Fireplace (Workshop)"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T02:00:00+02:00 2019-08-22T04:00:00+02:00", "2019-08-21", "Plank (Stage)"},
		},
	},
	{
		path: []string{"revisions", "camp2019-stages", "5.json"}, zone: "Europe/Berlin", need: true, talks: 193, slots: 196, rooms: 7, speakers: 174,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "Fireplace (Workshop THM)"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T02:00:00+02:00 2019-08-22T04:00:00+02:00", "2019-08-21", "Plank"},
		},
	},
	{
		path: []string{"revisions", "camp2019-stages", "6.json"}, zone: "Europe/Berlin", need: true, talks: 200, slots: 203, rooms: 8, speakers: 174,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "Fireplace (Workshop THM)"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T02:00:00+02:00 2019-08-22T04:00:00+02:00", "2019-08-21", "Plank"},
		},
	},
	{
		path: []string{"revisions", "camp2019-stages", "7.json"}, zone: "Europe/Berlin", need: true, talks: 201, slots: 205, rooms: 8, speakers: 175,
		instants: [][4]string{
			{"a0a0fcfe-", "2019-08-21T11:00:00+02:00 2019-08-21T11:30:00+02:00", "2019-08-21", "Curie"},
			{"0d5c9c41-", "2019-08-21T15:15:00+02:00 2019-08-21T17:15:00+02:00", "2019-08-21", "Fireplace (Workshop THM)"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T02:00:00+02:00 2019-08-22T04:00:00+02:00", "2019-08-21", "Plank"},
		},
	},
	{
		path: []string{"revisions", "camp2019-stages", "8.json"}, zone: "Europe/Berlin", need: true, talks: 201, slots: 205, rooms: 8, speakers: 175,
		instants: [][4]string{
			{"30f4400a-", "2019-08-22T18:30:00+02:00 2019-08-22T20:30:00+02:00", "2019-08-22", "Fireplace (Workshop THM)"},
			{"ea450a4c-8372-51f3-974d-879ce4083976", "2019-08-22T02:00:00+02:00 2019-08-22T04:00:00+02:00", "2019-08-21", "Plank"},
			{"58341c87-7467-4a83-a882-6feda6f24fe1", "2019-08-22T01:00:00+02:00 2019-08-22T03:00:00+02:00", "2019-08-21", "Kemistry Lounge"}, // after midnight
		},
	},
}

func TestRealEvents(t *testing.T) {
	t.Parallel()
	for _, c := range realEvents {
		t.Run(c.path[len(c.path)-2]+"/"+c.path[len(c.path)-1]+" "+c.zone, func(t *testing.T) {
			t.Parallel()
			src := shared(t, c.path...)
			s, report, err := Load(src, Options{Timezone: c.zone})
			require.NoError(t, err)
			checkLoaded(t, s, report)
			var codes []string
			for _, p := range report.Problems {
				if strings.HasSuffix(p.Code, "-disagrees") && p.Code != "day-disagrees" {
					codes = append(codes, p.Code)
				}
			}
			slices.Sort(codes)
			require.Equal(t, c.codes, slices.Compact(codes))
			require.Equal(t, []int{c.talks, c.slots, c.rooms, c.speakers}, []int{len(s.Talks()), len(s.Slots()), len(s.Rooms()), len(s.Speakers())}, "talks, slots, rooms, speakers")
			for _, want := range c.instants {
				i := slices.IndexFunc(s.Slots(), func(x *schedule.Slot) bool {
					return string(x.ID) == want[0] || strings.HasSuffix(want[0], "-") && strings.HasPrefix(string(x.ID), want[0])
				})
				require.GreaterOrEqual(t, i, 0, want[0])
				x := s.Slots()[i]
				start, end, _ := strings.Cut(want[1], " ")
				require.Equal(t, start, x.Start.Format(time.RFC3339), want[0])
				if end != "*" {
					require.Equal(t, end, x.End.Format(time.RFC3339), want[0])
				}
				require.Equal(t, want[2], x.Day.String(), want[0])
				require.Equal(t, want[3], x.Room.Name, want[0])
			}
			if c.need {
				s, report, err = Load(src, Options{})
				require.NoError(t, err)
				require.Nil(t, s)
				require.ErrorContains(t, report.Err(), "does not say which time zone its hours are in; give it in the source or with --timezone")
			}
		})
	}
}

// The second revision was cut off while it was written; none of it is read.
func TestRealEventsBroken(t *testing.T) {
	t.Parallel()
	_, _, err := Load(shared(t, "revisions", "31c3-2014", "2.xml"), Options{Timezone: "Europe/Berlin"})
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "correct it, or fetch the file again")
}

// Of a talk that is called cancelled the title is clean; one that is about
// cancelling, or that was amended, takes place.
func TestRealEventsCancelled(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		cancelled int
		slot      schedule.SlotID
		title     string
		status    schedule.Status
	}{
		"fosdem-2018.xml": {4, "", "", ""},
		"fosdem-2023.xml": {5, "", "", ""},
		"fosdem-2025.xml": {0, "", "Cancelling POSIX syscalls in Managarm - an asynchronous microkernel-based OS", schedule.StatusConfirmed},
	} {
		s, _, err := Load(shared(t, "frab_xml", name), Options{Timezone: "Europe/Brussels"})
		require.NoError(t, err)
		cancelled := 0
		found := want.title == ""
		for _, x := range s.Slots() {
			require.NotRegexp(t, `^(?:AMENDMENT|CANCELLED)\b`, x.Talk.Title, name)
			if x.Status == schedule.StatusCancelled {
				cancelled++
			}
			if x.Talk.Title == want.title {
				found = true
				require.Equal(t, want.status, x.Status)
			}
		}
		require.True(t, found, name)
		require.Equal(t, want.cancelled, cancelled, name)
	}
}
