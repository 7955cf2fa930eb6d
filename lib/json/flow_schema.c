#include "lib/json/flow_schema.h"

#include "lib/core/flow.h"

static void indent(struct buf *b, unsigned int depth)
{
	buf_char(b, '\n');
	for (unsigned int i = 0; i < depth; i++)
		buf_cstr(b, "  ");
}

/* A text in quotes; all of ours are plain. */
static void quoted(struct buf *b, const char *s)
{
	buf_char(b, '"');
	buf_cstr(b, s);
	buf_char(b, '"');
}

static void put_choices(struct buf *b, const char *const *choices)
{
	buf_cstr(b, "{ \"enum\": [");
	for (size_t i = 0; choices[i] != NULL; i++) {
		buf_cstr(b, i == 0 ? "" : ", ");
		quoted(b, choices[i]);
	}
	buf_cstr(b, "] }");
}

/* What a value of each kind looks like, but for numbers, choices and texts. */
static const char *const forms[FLOW_PARAM_KIND_COUNT] = {
	[FLOW_PARAM_PROMPT] = "{ \"$ref\": \"#/$defs/prompt\" }",
	[FLOW_PARAM_TARGET] = "{ \"$ref\": \"#/$defs/target\" }",
	[FLOW_PARAM_KEY] =
	    "{ \"type\": \"string\", \"pattern\": "
	    "\"^[0-9*#]$\" }",
	[FLOW_PARAM_DAYS] = "{ \"$ref\": \"#/$defs/days\" }",
	[FLOW_PARAM_CLOCK] = "{ \"$ref\": \"#/$defs/clock\" }",
	[FLOW_PARAM_DATE] = "{ \"$ref\": \"#/$defs/date\" }",
	[FLOW_PARAM_ZONE] = "{ \"$ref\": \"#/$defs/zone\" }",
	[FLOW_PARAM_PLACE] = "{ \"$ref\": \"#/$defs/place\" }",
	[FLOW_PARAM_TRUNK] =
	    "{ \"type\": \"string\", \"pattern\": "
	    "\"^tru_[0-9a-z]{26}$\" }",
	[FLOW_PARAM_FLOW] =
	    "{ \"type\": \"string\", \"pattern\": "
	    "\"^flo_[0-9a-z]{26}$\" }",
};

static void put_value(struct buf *b, const struct flow_param *p)
{
	if (p->kind == FLOW_PARAM_NUMBER) {
		buf_printf(b,
		    "{ \"type\": \"integer\", \"minimum\": %u, "
		    "\"maximum\": %u",
		    p->min, p->max);
		if (!p->required)
			buf_printf(b, ", \"default\": %u", p->fallback);
		buf_cstr(b, " }");
	} else if (p->kind == FLOW_PARAM_CHOICE) {
		put_choices(b, p->choices);
	} else if (p->kind == FLOW_PARAM_TEXT) {
		buf_printf(b,
		    "{ \"type\": \"string\", \"minLength\": %u, "
		    "\"maxLength\": %u }",
		    p->min, p->max);
	} else {
		buf_cstr(b, forms[p->kind]);
	}
}

static void put_required(struct buf *b, unsigned int depth,
    const struct flow_param *p, size_t n, const char *before)
{
	bool any = before != NULL;

	for (size_t i = 0; i < n; i++)
		any = any || p[i].required;
	if (!any)
		return;
	indent(b, depth);
	buf_cstr(b, "\"required\": [");
	if (before != NULL)
		quoted(b, before);
	any = before != NULL;
	for (size_t i = 0; i < n; i++)
		if (p[i].required) {
			buf_cstr(b, any ? ", " : "");
			quoted(b, p[i].name);
			any = true;
		}
	buf_cstr(b, "],");
}

static void put_list(struct buf *b, const struct flow_list *l)
{
	indent(b, 5);
	quoted(b, l->name);
	buf_cstr(b, ": { \"type\": \"array\",");
	indent(b, 6);
	buf_printf(b, "\"minItems\": %u, \"maxItems\": %u,", l->min, l->max);
	indent(b, 6);
	buf_cstr(b,
	    "\"items\": { \"type\": \"object\", "
	    "\"additionalProperties\": false,");
	put_required(b, 7, l->fields, l->n_fields, NULL);
	indent(b, 7);
	buf_cstr(b, "\"properties\": {");
	for (size_t i = 0; i < l->n_fields; i++) {
		buf_cstr(b, i == 0 ? "" : ",");
		indent(b, 8);
		quoted(b, l->fields[i].name);
		buf_cstr(b, ": ");
		put_value(b, &l->fields[i]);
	}
	if (l->leads) {
		buf_char(b, ',');
		indent(b, 8);
		buf_cstr(b, "\"next\": { \"$ref\": \"#/$defs/way\" }");
	}
	indent(b, 7);
	buf_cstr(b, "} } }");
}

static void put_type(struct buf *b, const struct flow_type_row *row)
{
	indent(b, 3);
	quoted(b, row->name);
	buf_cstr(b,
	    ": { \"type\": \"object\", "
	    "\"additionalProperties\": false,");
	put_required(b, 4, row->params, row->n_params, "type");
	indent(b, 4);
	buf_cstr(b, "\"properties\": {");
	indent(b, 5);
	buf_printf(b, "\"type\": { \"const\": \"%s\" },", row->name);
	indent(b, 5);
	buf_cstr(b, "\"title\": { \"$ref\": \"#/$defs/title\" },");
	indent(b, 5);
	buf_cstr(b, "\"at\": { \"$ref\": \"#/$defs/at\" }");
	for (size_t i = 0; i < row->n_params; i++) {
		buf_char(b, ',');
		indent(b, 5);
		quoted(b, row->params[i].name);
		buf_cstr(b, ": ");
		put_value(b, &row->params[i]);
	}
	for (size_t i = 0; i < row->n_lists; i++) {
		buf_char(b, ',');
		put_list(b, &row->lists[i]);
	}
	for (size_t i = 0; i < row->n_branches; i++) {
		buf_char(b, ',');
		indent(b, 5);
		quoted(b, row->branches[i].name);
		buf_cstr(b, ": { \"$ref\": \"#/$defs/way\" }");
	}
	indent(b, 4);
	buf_cstr(b, "} }");
}

static const char head[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"ringtrace call flow\",\n"
    "  \"type\": \"object\",\n"
    "  \"additionalProperties\": false,\n"
    "  \"required\": [\"version\", \"first\", \"steps\"],\n"
    "  \"properties\": {\n"
    "    \"version\": { \"const\": 1 },\n"
    "    \"name\": { \"type\": \"string\", \"maxLength\": 100 },\n"
    "    \"first\": { \"$ref\": \"#/$defs/key\" },\n";

static const char defs[] =
    "  \"$defs\": {\n"
    "    \"key\": { \"type\": \"string\", \"pattern\": \"^(?!__proto__$)[^@]\", "
    "\"minLength\": 1, \"maxLength\": 40 },\n"
    "    \"way\": { \"description\": \"the key of a step, or @back: the menu "
    "before\",\n"
    "      \"type\": [\"string\", \"null\"], \"maxLength\": 40 },\n"
    "    \"title\": { \"type\": \"string\", \"maxLength\": 60 },\n"
    "    \"at\": { \"type\": \"array\", \"items\": { \"type\": \"integer\" }, "
    "\"minItems\": 2, \"maxItems\": 2 },\n"
    "    \"prompt\": { \"description\": \"a prompt's key\", \"type\": "
    "\"string\", \"minLength\": 1, \"maxLength\": 255 },\n"
    "    \"target\": { \"type\": \"string\", \"pattern\": "
    "\"^(dst_[0-9a-z]{26}|\\\\+[0-9]{7,15}|sip:.+)$\" },\n"
    "    \"days\": { \"description\": \"mon-fri, or sat,sun\", \"type\": "
    "\"string\" },\n"
    "    \"clock\": { \"type\": \"string\", \"pattern\": "
    "\"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$\" },\n"
    "    \"date\": { \"description\": \"one day, or one of every year\", "
    "\"type\": \"string\",\n"
    "      \"pattern\": \"^([0-9]{4}-)?[01][0-9]-[0-3][0-9]$\" },\n"
    "    \"zone\": { \"description\": \"IANA name\", \"type\": \"string\" },\n"
    "    \"place\": { \"description\": \"ZIP code, or latitude,longitude\", "
    "\"type\": \"string\" },\n"
    "    \"steps\": {";

void flow_schema_write(struct buf *out)
{
	buf_cstr(out, head);
	buf_printf(out,
	    "    \"steps\": { \"type\": \"object\", \"minProperties\": 1, "
	    "\"maxProperties\": %d,\n"
	    "      \"propertyNames\": { \"$ref\": \"#/$defs/key\" },\n"
	    "      \"additionalProperties\": { \"oneOf\": [",
	    FLOW_STEPS_MAX);
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++)
		buf_printf(out,
		    "%s\n        { \"$ref\": \"#/$defs/steps/%s\" }",
		    i == 0 ? "" : ",", flow_type_row((enum flow_type)i)->name);
	buf_cstr(out, "\n      ] } }\n  },\n");
	buf_cstr(out, defs);
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++) {
		buf_cstr(out, i == 0 ? "" : ",");
		put_type(out, flow_type_row((enum flow_type)i));
	}
	buf_cstr(out, "\n    }\n  }\n}\n");
}
