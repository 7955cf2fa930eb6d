#include "lib/json/evidence.h"

#include "lib/core/attrib.h"

static enum err opt_i64(const struct json_node *n, const char *key, int64_t min,
    int64_t max, int64_t *out, enum err e)
{
	return e == ERR_OK ? json_in_opt_i64(n, key, min, max, out) : e;
}

enum err evidence_read(const struct json_node *root, struct evidence *out)
{
	struct evidence v = { .law = -1, .dialled_s = -1 };
	enum err e = ERR_OK;

	e = opt_i64(root, "law", 0, UINT32_MAX, &v.law, e);
	e = opt_i64(root, "none_bp", 0, ATTRIB_WHOLE_BP, &v.none_bp, e);
	e = opt_i64(root, "older", 0, UINT32_MAX, &v.older, e);
	e = opt_i64(root, "older_bp", 0, ATTRIB_WHOLE_BP, &v.older_bp, e);
	e = opt_i64(root, "shared_bp", 0, ATTRIB_WHOLE_BP, &v.shared_bp, e);
	e = opt_i64(root, "dialled_s", 0, INT64_MAX, &v.dialled_s, e);
	if (e == ERR_OK)
		e = json_in_opt_bool(root, "older_about", &v.older_about);
	v.candidates = json_in_get(root, "candidates");
	v.sources = json_in_get(root, "sources");
	if (e == ERR_OK)
		*out = v;
	return e;
}

enum err evidence_read_one(const struct json_node *n, struct evidence_one *out)
{
	struct evidence_one v = { .tel_s = -1, .overflow_s = -1 };
	const struct {
		const char *key;
		struct slice *out;
	} texts[] = { { "visit", &v.visit }, { "lease", &v.lease },
		{ "caller", &v.caller }, { "place", &v.place },
		{ "use", &v.use }, { "source", &v.source },
		{ "medium", &v.medium }, { "campaign", &v.campaign } };
	enum err e =
	    json_in_i64(json_in_get(n, "bp"), 0, ATTRIB_WHOLE_BP, &v.bp);

	e = opt_i64(n, "seen_s", INT64_MIN, INT64_MAX, &v.seen_s, e);
	e = opt_i64(n, "tel_click_s", INT64_MIN, INT64_MAX, &v.tel_s, e);
	e = opt_i64(n, "overflow_s", INT64_MIN, INT64_MAX, &v.overflow_s, e);
	e = opt_i64(n, "caller_bp", 0, ATTRIB_WHOLE_BP, &v.caller_bp, e);
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		*texts[i].out = SLICE("");
		if (e == ERR_OK)
			e = json_in_opt_text(n, texts[i].key, EVIDENCE_TEXT_MAX,
			    texts[i].out);
	}
	if (e == ERR_OK)
		*out = v;
	return e;
}
