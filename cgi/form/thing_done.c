#include "cgi/form/thing_done.h"

#include "cgi/web/route.h"
#include "lib/db/db_setup.h"

static const struct {
	const char *word;
	const char *text;
} done_words[] = {
	{ "added", "Added." },
	{ "saved", "Saved." },
	{ "same", "Nothing was different, nothing was changed." },
	{ "retired", "Done. It is no longer in use." },
	{ "sent", "Sent." },
	{ "ended", "Signed out there." },
	{ "lifted", "Done. It can be used again." },
	{ "off", "Switched off." },
	{ "on", "Switched on." },
	{ "erased", "Erased. The recordings' files go within the minute." },
};

/* Whether the first steps wait for who did that: until the first call with its
 * source. */
static bool guided(const struct req *r)
{
	struct setup_state s;

	return (r->role >= ROUTE_MANAGER || r->account_role >= ROUTE_MANAGER) &&
	       db_setup_state(r->db, r->account, r->company, &s) == ERR_OK &&
	       id_is_nil(s.first_credited.v);
}

void thing_done(const struct req *r, struct view *v)
{
	const char *text = NULL;
	struct slice word;

	if (req_query(r, "done", &word) == ERR_OK)
		for (size_t i = 0; i < RT_ARRAY_LEN(done_words); i++)
			if (slice_eq_cstr(word, done_words[i].word))
				text = done_words[i].text;
	view_flag(v, "has_done", text != NULL);
	view_cstr(v, "done", text);
	view_flag(v, "guided", text != NULL && guided(r));
}
