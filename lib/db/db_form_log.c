#include "lib/db/db_form_log.h"

#include <string.h>

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

#define ONE(column) " AND (? = 0 OR i." column " = ?)"

#define COLUMNS                                                                \
	"SELECT f.id, f.site_id, f.visit_id, f.submitted_at, f.form_name,"     \
	" f.page_url, f.fields, f.contact_name, f.contact_email,"              \
	" f.contact_e164, i.source, i.medium, i.campaign, i.keyword,"          \
	" i.channel, COALESCE(o.name, i.outcome), i.value_micros IS NOT NULL," \
	" COALESCE(i.value_micros, 0),"                                        \
	" (SELECT COALESCE(GROUP_CONCAT(t.name ORDER BY t.name"                \
	"   SEPARATOR ', '), '') FROM interaction_tag x JOIN tag t"            \
	"   ON t.company_id = x.company_id AND t.id = x.tag_id"                \
	"   WHERE x.company_id = f.company_id AND x.interaction_id = f.id),"   \
	" COALESCE(i.note, '')"                                                \
	" FROM form_entry f JOIN interaction i"                                \
	"  ON i.company_id = f.company_id AND i.id = f.id"                     \
	" LEFT JOIN outcome o"                                                 \
	"  ON o.company_id = i.company_id AND o.code = i.outcome"              \
	" WHERE f.company_id = ?"

/* In the order of the conditions of page_sql. */
static const enum filter_text texts[] = { FILTER_CHANNEL, FILTER_SOURCE,
	FILTER_MEDIUM, FILTER_CAMPAIGN, FILTER_AD_GROUP, FILTER_KEYWORD,
	FILTER_LANDING, FILTER_REFERRER, FILTER_OUTCOME };

/* Case counts in none of the searched texts. */
#define HAS(column) column " COLLATE utf8mb4_unicode_520_ci LIKE ?"

static const char page_sql[] =
    COLUMNS " AND f.submitted_at >= ? AND f.submitted_at < ?" ONE("channel")
	ONE("source") ONE("medium") ONE("campaign") ONE("ad_group")
	    ONE("keyword") ONE("landing_page") ONE("referrer_host")
		ONE("outcome")
    " AND (? = 0 OR EXISTS (SELECT 1 FROM interaction_tag y"
    "  WHERE y.company_id = f.company_id AND y.interaction_id = f.id"
    "  AND y.tag_id = ?))"
    " AND (? = 0 OR i.value_micros BETWEEN ? AND ?)"
    " AND (? = '' OR " HAS("f.form_name") " OR " HAS("f.contact_name")
    " OR " HAS("f.contact_email") " OR " DB_SEARCH_NUMBER("f.contact_e164") ")"
    " AND (f.submitted_at < ? OR (f.submitted_at = ? AND f.id < ?))"
    " ORDER BY f.submitted_at DESC, f.id DESC LIMIT ?";

static const char one_sql[] = COLUMNS " AND f.id = ?";

enum err db_form_log_can(const struct db_filter *f)
{
	struct db_filter left = *f;

	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++)
		left.by_text[texts[i]] = false;
	left.by_tag = false;
	left.by_range[FILTER_VALUE] = false;
	return db_filter_plain(&left) && f->result.n == 0 ? ERR_OK : ERR_RANGE;
}

/* Everything by pointer: the statement borrows until it is executed. */
static void in_filter(struct stmt *st, const struct form_filter *filter,
    const struct db_search *search)
{
	const struct db_filter *f = &filter->f;

	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		stmt_in_bool(st, f->by_text[texts[i]]);
		stmt_in_text(st, f->text[texts[i]]);
	}
	stmt_in_bool(st, f->by_tag);
	stmt_in_id(st, f->tag.v);
	stmt_in_bool(st, f->by_range[FILTER_VALUE]);
	stmt_in_i64(st, f->min[FILTER_VALUE]);
	stmt_in_i64(st, f->max[FILTER_VALUE]);
	stmt_in_text(st, filter->search);
	for (int i = 0; i < 3; i++)
		stmt_in_text(st, search->text);
	db_search_number_in(st, search);
}

static void out_row(struct stmt *st, struct arena *mem,
    struct form_log_row *row)
{
	struct form_row *f = &row->form;

	stmt_out_id(st, f->id.v);
	stmt_out_id(st, f->site.v);
	stmt_out_id(st, f->visit.v);
	stmt_out_time_us(st, &f->submitted_us);
	stmt_out_slice(st, mem, 400, &f->form_name);
	stmt_out_slice(st, mem, 8192, &f->page_url);
	stmt_out_slice(st, mem, DB_FORM_FIELDS_MAX, &f->fields);
	stmt_out_slice(st, mem, 1020, &f->contact_name);
	stmt_out_slice(st, mem, 1020, &f->contact_email);
	stmt_out_text(st, f->contact_e164, sizeof(f->contact_e164));
	stmt_out_text(st, row->source, sizeof(row->source));
	stmt_out_text(st, row->medium, sizeof(row->medium));
	stmt_out_text(st, row->campaign, sizeof(row->campaign));
	stmt_out_text(st, row->keyword, sizeof(row->keyword));
	stmt_out_text(st, row->channel, sizeof(row->channel));
	stmt_out_text(st, row->outcome, sizeof(row->outcome));
	stmt_out_bool(st, &row->has_value);
	stmt_out_i64(st, &row->value_micros);
	stmt_out_slice(st, mem, 1 << 20, &row->tags);
	stmt_out_slice(st, mem, 65535, &row->note);
}

enum err db_form_log_page(struct db *db, struct company_id company,
    const struct form_filter *filter, const struct form_place *below,
    uint32_t max, struct arena *mem, struct form_log_row **rows, size_t *n)
{
	const struct form_place newest = { .submitted_us = filter->f.to_us };
	const struct form_place *at = below == NULL ? &newest : below;
	struct form_log_row row;
	struct db_search search;
	struct stmt *st;
	enum err e;

	if ((e = db_form_log_can(&filter->f)) != ERR_OK ||
	    (e = db_search_make(filter->search, &search)) != ERR_OK)
		return e;
	if (max == 0 || max > DB_FORM_LOG_MAX)
		return ERR_RANGE;
	memset(&row, 0, sizeof(row));
	st = stmt_begin(db, page_sql);
	stmt_in_id(st, company.v);
	in_filter(st, filter, &search);
	stmt_in_time_us(st, at->submitted_us);
	stmt_in_time_us(st, at->submitted_us);
	stmt_in_id(st, at->id.v);
	stmt_in_u64(st, max);
	out_row(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_form_log_one(struct db *db, struct company_id company,
    struct form_id id, struct arena *mem, struct form_log_row *out)
{
	struct form_log_row row;
	struct stmt *st = stmt_begin(db, one_sql);
	enum err e;

	memset(&row, 0, sizeof(row));
	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	out_row(st, mem, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}
