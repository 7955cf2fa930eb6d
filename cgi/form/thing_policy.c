#include "cgi/form/thing_policy.h"

#include "cgi/form/choice.h"
#include "lib/db/db_number.h"
#include "lib/db/db_policy.h"

#define DAYS_MAX 36500

static const char *const record_words[] = { "off", "No recording", "notice",
	"After a notice to the caller", NULL };

static const struct field fields[] = {
	{ "record_default", "New numbers begin with", .kind = FIELD_CHOICE,
	    .group = "Recording",
	    .help = "Recording without a notice is chosen at each number, by"
		    " an owner who says why." },
	{ "keep_recordings_days", "Recordings are kept for", FIELD_NUMBER,
	    .min = 0, .max = DAYS_MAX, .group = "How long things are kept",
	    .help = "Days; 0 is for ever. Afterwards the sound is erased for"
		    " good; the call stays." },
	{ "keep_calls_days", "Who called is kept for", FIELD_NUMBER, .min = 0,
	    .max = DAYS_MAX,
	    .help = "Days; 0 is for ever. Afterwards number, name and note"
		    " are taken off the call; figures and places stay." },
	{ "keep_visits_days", "Visits without a call are kept for",
	    FIELD_NUMBER, .min = 0, .max = DAYS_MAX,
	    .help = "Days; 0 is for ever. Visits that a call or form is"
		    " credited to stay. A longer term brings none back:"
		    " credit no calls again of before it." },
	{ "quarantine_days", "A number rests for", FIELD_NUMBER, .min = 0,
	    .max = 3650, .group = "Numbers",
	    .help = "Days until it may stand for another source." },
};

static enum err choices(const struct req *r, struct fields *f)
{
	(void)r;
	choice_words(f, "record_default", record_words);
	return f->e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct policy_row row;
	enum err e;

	(void)id; /* the company shown */
	if ((e = db_policy_get(r->db, r->company, &row)) != ERR_OK)
		return e;
	fields_set_cstr(f, "record_default",
	    db_number_record_name(row.record_default));
	fields_set_u64(f, "keep_recordings_days", row.keep_recordings_days);
	fields_set_u64(f, "keep_calls_days", row.keep_calls_days);
	fields_set_u64(f, "keep_visits_days", row.keep_visits_days);
	fields_set_u64(f, "quarantine_days", row.quarantine_days);
	return f->e;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct policy_row row;
	enum err e;

	(void)id;
	e = db_number_record_parse(fields_get(f, "record_default"),
	    &row.record_default);
	if (e != ERR_OK)
		return e;
	row.keep_recordings_days =
	    (uint32_t)fields_u64(f, "keep_recordings_days");
	row.keep_calls_days = (uint32_t)fields_u64(f, "keep_calls_days");
	row.keep_visits_days = (uint32_t)fields_u64(f, "keep_visits_days");
	row.quarantine_days = (uint32_t)fields_u64(f, "quarantine_days");
	return db_policy_update(r->db, r->company, &row);
}

const struct thing thing_policy = {
	.path = "/settings/policy",
	.one = "policy",
	.many = "Recording and retention",
	.intro =
	    "What is recorded by default, and how long what is kept."
	    " Shorter terms take effect within the hour.",
	.id_kind = ID_KIND_company,
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.single = true,
	.choices = choices,
	.load = load,
	.save = save,
};
