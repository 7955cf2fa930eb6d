#include "cgi/form/flow_types.h"

#include "lib/core/flow_label.h"

static const char *const kinds[FLOW_PARAM_KIND_COUNT] = {
	[FLOW_PARAM_NUMBER] = "number",
	[FLOW_PARAM_CHOICE] = "choice",
	[FLOW_PARAM_PROMPT] = "prompt",
	[FLOW_PARAM_TARGET] = "target",
	[FLOW_PARAM_TEXT] = "text",
	[FLOW_PARAM_KEY] = "key",
	[FLOW_PARAM_DAYS] = "days",
	[FLOW_PARAM_CLOCK] = "clock",
	[FLOW_PARAM_DATE] = "date",
	[FLOW_PARAM_ZONE] = "zone",
	[FLOW_PARAM_PLACE] = "place",
	[FLOW_PARAM_TRUNK] = "trunk",
	[FLOW_PARAM_FLOW] = "flow",
};

static const char *const needs[] = {
	[FLOW_MAY_END] = "may",
	[FLOW_SHOULD_LEAD] = "should",
	[FLOW_MUST_LEAD] = "must",
};

static void put_params(struct json_out *j, const char *name,
    const struct flow_param *p, size_t n)
{
	json_out_key(j, name);
	json_out_array(j);
	for (size_t i = 0; i < n; i++) {
		json_out_object(j);
		json_out_key(j, "name");
		json_out_cstr(j, p[i].name);
		json_out_key(j, "kind");
		json_out_cstr(j, kinds[p[i].kind]);
		json_out_key(j, "required");
		json_out_bool(j, p[i].required);
		json_out_key(j, "min");
		json_out_u64(j, p[i].min);
		json_out_key(j, "max");
		json_out_u64(j, p[i].max);
		json_out_key(j, "fallback");
		json_out_u64(j, p[i].fallback);
		if (p[i].choices != NULL) {
			json_out_key(j, "choices");
			json_out_array(j);
			for (size_t k = 0; p[i].choices[k] != NULL; k++)
				json_out_cstr(j, p[i].choices[k]);
			json_out_end(j);
		}
		json_out_end(j);
	}
	json_out_end(j);
}

static void put_branches(struct json_out *j, const struct flow_type_row *row)
{
	json_out_key(j, "branches");
	json_out_array(j);
	for (size_t i = 0; i < row->n_branches; i++) {
		json_out_object(j);
		json_out_key(j, "name");
		json_out_cstr(j, row->branches[i].name);
		json_out_key(j, "need");
		json_out_cstr(j, needs[row->branches[i].need]);
		json_out_end(j);
	}
	json_out_end(j);
}

static void put_lists(struct json_out *j, const struct flow_type_row *row)
{
	json_out_key(j, "lists");
	json_out_array(j);
	for (size_t i = 0; i < row->n_lists; i++) {
		const struct flow_list *l = &row->lists[i];

		json_out_object(j);
		json_out_key(j, "name");
		json_out_cstr(j, l->name);
		json_out_key(j, "min");
		json_out_u64(j, l->min);
		json_out_key(j, "max");
		json_out_u64(j, l->max);
		json_out_key(j, "leads");
		json_out_bool(j, l->leads);
		put_params(j, "fields", l->fields, l->n_fields);
		json_out_end(j);
	}
	json_out_end(j);
}

void flow_types_json(struct json_out *j)
{
	json_out_array(j);
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++) {
		const struct flow_type_row *row =
		    flow_type_row((enum flow_type)i);

		json_out_object(j);
		json_out_key(j, "name");
		json_out_cstr(j, row->name);
		put_params(j, "params", row->params, row->n_params);
		put_branches(j, row);
		if (row->otherwise != FLOW_NO_BRANCH) {
			json_out_key(j, "otherwise");
			json_out_cstr(j, row->branches[row->otherwise].name);
		}
		put_lists(j, row);
		json_out_end(j);
	}
	json_out_end(j);
}

void flow_types_words(struct json_out *j)
{
	static const char *const names[FLOW_LABEL_KIND_COUNT] = {
		[FLOW_LABEL_TYPE] = "type",
		[FLOW_LABEL_HELP] = "help",
		[FLOW_LABEL_PARAM] = "param",
		[FLOW_LABEL_CHOICE] = "choice",
		[FLOW_LABEL_WAY] = "way",
	};

	json_out_object(j);
	for (int k = 0; k < FLOW_LABEL_KIND_COUNT; k++) {
		const struct flow_label *all;
		size_t n;

		all = flow_label_all((enum flow_label_kind)k, &n);
		json_out_key(j, names[k]);
		json_out_object(j);
		for (size_t i = 0; i < n; i++) {
			json_out_key(j, all[i].key);
			json_out_cstr(j, all[i].text);
		}
		json_out_end(j);
	}
	json_out_end(j);
}
