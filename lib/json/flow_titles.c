#include "lib/json/flow_titles.h"

#include "lib/json/flow_json.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX 8
#define TITLE_MAX 60

static enum err take_steps(const struct json_node *steps, struct arena *mem,
    struct flow_titles *out)
{
	const size_t n = json_in_count(steps);
	const struct json_node *doc;
	struct slice key, title;
	void *iter = NULL;

	out->step = arena_array(mem, n, sizeof(*out->step));
	if (out->step == NULL)
		return ERR_NOMEM;
	while (out->n < n && json_in_next(steps, &iter, &key, &doc)) {
		struct flow_titles_step *s = &out->step[out->n];

		if (json_in_text(json_in_get(doc, "title"), TITLE_MAX,
			&title) != ERR_OK ||
		    title.n == 0)
			continue;
		if (!arena_copy(mem, key, &s->key) ||
		    !arena_copy(mem, title, &s->title))
			return ERR_NOMEM;
		out->n++;
	}
	return ERR_OK;
}

enum err flow_titles_read(struct slice json, struct arena *mem,
    struct flow_titles *out)
{
	struct flow_titles t = { .n = 0 };
	struct json_in *in;
	enum err e;

	e = json_in_parse(json, FLOW_JSON_BYTES_MAX, DEPTH_MAX, &in, NULL);
	if (e == ERR_OK) {
		const struct json_node *steps =
		    json_in_get(json_in_root(in), "steps");

		if (json_in_kind(steps) == JSON_IN_OBJECT)
			e = take_steps(steps, mem, &t);
		json_in_free(in);
	}
	if (e == ERR_NOMEM)
		return e;
	*out = t;
	return ERR_OK;
}

struct slice flow_titles_of(void *arg, struct slice key)
{
	const struct flow_titles *t = arg;

	for (size_t i = 0; i < t->n; i++)
		if (slice_eq(t->step[i].key, key))
			return t->step[i].title;
	return SLICE("");
}
