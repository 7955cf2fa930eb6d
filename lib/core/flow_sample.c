#include "lib/core/flow_sample.h"

static const struct flow_sample samples[] = {
	{ "blank", "Empty", "Nothing but the canvas.",
	    "{\"version\":1,\"first\":\"\",\"steps\":{}}" },
	{ "forward", "Forward",
	    "Rings one telephone, and takes a message when nobody answers.",
	    "{\"version\":1,\"first\":\"ring\",\"steps\":{\"ring\":{\"type\":"
	    "\"forward\",\"title\":\"Front desk\",\"at\":[40,60],\"otherwi"
	    "se\":\"mail\"},\"mail\":{\"type\":\"voicemail\",\"prompt\":\"voi"
	    "cemail.en\",\"at\":[360,60]}}}" },
	{ "hours", "Office hours with voicemail",
	    "Rings in opening hours, takes messages outside of them.",
	    "{\"version\":1,\"first\":\"hours\",\"steps\":{\"hours\":{\"type"
	    "\":\"hours\",\"title\":\"Office hours\",\"weekly\":[{\"days\":\""
	    "mon-fri\",\"from\":\"09:00\",\"to\":\"17:00\"}],\"holidays\":\"u"
	    "s\",\"open\":\"ring\",\"closed\":\"mail\",\"at\":[40,80]},\"ring"
	    "\":{\"type\":\"forward\",\"title\":\"Office\",\"otherwise\":\"ma"
	    "il\",\"at\":[360,40]},\"mail\":{\"type\":\"voicemail\",\"promp"
	    "t\":\"voicemail.en\",\"at\":[680,120]}}}" },
	{ "menu", "Menu", "Press 1 for sales, 2 for support.",
	    "{\"version\":1,\"first\":\"menu\",\"steps\":{\"menu\":{\"type\":"
	    "\"menu\",\"title\":\"Main menu\",\"invalid_prompt\":\"invalid"
	    ".en\",\"keys\":[{\"key\":\"1\",\"title\":\"Sales\",\"next\":\"sale"
	    "s\"},{\"key\":\"2\",\"title\":\"Support\",\"next\":\"support\"}],"
	    "\"invalid\":\"sales\",\"silence\":\"sales\",\"at\":[40,100]},\""
	    "sales\":{\"type\":\"forward\",\"title\":\"Sales\",\"otherwise\""
	    ":\"mail\",\"at\":[360,40]},\"support\":{\"type\":\"forward\",\""
	    "title\":\"Support\",\"otherwise\":\"mail\",\"at\":[360,200]},"
	    "\"mail\":{\"type\":\"voicemail\",\"prompt\":\"voicemail.en\",\""
	    "at\":[680,120]}}}" },
	{ "sales", "Sales round robin",
	    "Shares calls out evenly; known callers go to who answered them before; the source is whispered.",
	    "{\"version\":1,\"first\":\"notice\",\"steps\":{\"notice\":{\"ty"
	    "pe\":\"notice\",\"prompt\":\"notice.en\",\"next\":\"team\",\"at\""
	    ":[40,60]},\"team\":{\"type\":\"group\",\"title\":\"Sales team"
	    "\",\"mode\":\"round_robin\",\"sticky\":\"yes\",\"say\":\"Call fr"
	    "om {source}\",\"ring_s\":20,\"members\":[{},{}],\"otherwis"
	    "e\":\"mail\",\"at\":[360,60]},\"mail\":{\"type\":\"voicemail\","
	    "\"prompt\":\"voicemail.en\",\"at\":[680,60]}}}" },
	{ "zip", "Locations by ZIP code",
	    "Asks for the ZIP code and rings the nearest of several places.",
	    "{\"version\":1,\"first\":\"ask\",\"steps\":{\"ask\":{\"type\":\"g"
	    "ather\",\"title\":\"ZIP code\",\"min\":5,\"max\":5,\"pattern\":"
	    "\"zip\",\"name\":\"zip\",\"invalid_prompt\":\"invalid.en\",\"ne"
	    "xt\":\"near\",\"invalid\":\"main\",\"silence\":\"main\",\"at\":[4"
	    "0,100]},\"near\":{\"type\":\"nearest\",\"title\":\"Nearest sh"
	    "op\",\"by\":\"digits\",\"max_km\":150,\"places\":[{\"at\":\"8020"
	    "2\",\"title\":\"Denver\",\"next\":\"one\"},{\"at\":\"80903\",\"tit"
	    "le\":\"Colorado Springs\",\"next\":\"two\"}],\"far\":\"main\",\""
	    "unknown\":\"main\",\"at\":[360,40]},\"one\":{\"type\":\"forwar"
	    "d\",\"title\":\"Denver\",\"otherwise\":\"main\",\"at\":[680,0]}"
	    ",\"two\":{\"type\":\"forward\",\"title\":\"Colorado Springs\","
	    "\"otherwise\":\"main\",\"at\":[680,140]},\"main\":{\"type\":\"f"
	    "orward\",\"title\":\"Head office\",\"otherwise\":\"mail\",\"at"
	    "\":[1000,100]},\"mail\":{\"type\":\"voicemail\",\"prompt\":\"v"
	    "oicemail.en\",\"at\":[1320,100]}}}" },
	{ "qualify", "Pay-per-call qualification",
	    "Keeps robots and misdials out, asks one question, and rings buyers by priority.",
	    "{\"version\":1,\"first\":\"human\",\"steps\":{\"human\":{\"type"
	    "\":\"challenge\",\"prompt\":\"challenge.en\",\"wrong_prompt\""
	    ":\"wrong.en\",\"pass\":\"need\",\"fail\":\"bye\",\"silence\":\"by"
	    "e\",\"at\":[40,120]},\"need\":{\"type\":\"menu\",\"title\":\"Wha"
	    "t is it about?\",\"invalid_prompt\":\"invalid.en\",\"keys\""
	    ":[{\"key\":\"1\",\"title\":\"New quote\",\"next\":\"notice\"},{\""
	    "key\":\"2\",\"title\":\"Something else\",\"next\":\"sorry\"}],\""
	    "invalid\":\"sorry\",\"silence\":\"sorry\",\"at\":[360,80]},\"n"
	    "otice\":{\"type\":\"notice\",\"prompt\":\"notice.en\",\"next\":"
	    "\"tag\",\"at\":[680,40]},\"tag\":{\"type\":\"tag\",\"tag\":\"qual"
	    "ified\",\"next\":\"buyers\",\"at\":[1000,40]},\"buyers\":{\"ty"
	    "pe\":\"group\",\"title\":\"Buyers\",\"mode\":\"priority\",\"show"
	    "\":\"caller\",\"members\":[{},{}],\"otherwise\":\"sorry\",\"at"
	    "\":[1320,40]},\"sorry\":{\"type\":\"message\",\"prompt\":\"sor"
	    "ry.en\",\"next\":\"bye\",\"at\":[680,240]},\"bye\":{\"type\":\"h"
	    "angup\",\"at\":[1000,240]}}}" },
};

const struct flow_sample *flow_sample_all(size_t *n)
{
	*n = RT_ARRAY_LEN(samples);
	return samples;
}

const struct flow_sample *flow_sample_find(struct slice key)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(samples); i++)
		if (slice_eq_cstr(key, samples[i].key))
			return &samples[i];
	return NULL;
}
