#include "cgi/form/form_settings.h"

#include "cgi/web/frame.h"
#include "cgi/web/route.h"

/* In the order in which people set things up. */
static const struct {
	const char *group;
	const char *path;
	const char *name;
	const char *what;
	enum route_role role;
	bool wide; /* the role in all companies */
} entries[] = {
	{ "Calls", "/welcome", "First steps",
	    "From nothing to the first call with its source", ROUTE_MANAGER,
	    false },
	{ "Calls", "/settings/numbers", "Numbers",
	    "Add, import, assign, let rest, retire", ROUTE_MANAGER, false },
	{ "Calls", "/settings/destinations", "Destinations",
	    "Phones and SIP addresses that ring", ROUTE_MANAGER, false },
	{ "Calls", "/flows", "Call flows",
	    "What a caller hears and where it"
	    " rings",
	    ROUTE_MANAGER, false },
	{ "Calls", "/settings/prompts", "Prompts", "Sounds that callers hear",
	    ROUTE_MANAGER, false },
	{ "Calls", "/settings/lists", "Caller lists",
	    "Blocked, VIP: what flows ask for", ROUTE_MANAGER, false },
	{ "Calls", "/settings/trunks", "Carriers",
	    "SIP trunks: where calls come from and go out", ROUTE_ADMIN, true },
	{ "Sources", "/settings/sites", "Web sites",
	    "The tag, its numbers and consent", ROUTE_MANAGER, false },
	{ "Sources", "/settings/pools", "Number pools",
	    "Numbers shown to one visit at a time", ROUTE_MANAGER, false },
	{ "Sources", "/settings/trackers", "Source trackers",
	    "One number, one source", ROUTE_MANAGER, false },
	{ "Results", "/settings/outcomes", "Outcomes",
	    "What a call can come to, and what counts as lead or sale",
	    ROUTE_MANAGER, false },
	{ "Results", "/settings/tags", "Tags", "Words on calls", ROUTE_MANAGER,
	    false },
	{ "Results", "/settings/conversions", "Conversions",
	    "Files for Google Ads and Microsoft Advertising", ROUTE_MANAGER,
	    false },
	{ "Business", "/settings/company", "Company",
	    "Name, zone, currency, when a call is qualified", ROUTE_ADMIN,
	    false },
	{ "Business", "/settings/logo", "Logo", "What the mails carry",
	    ROUTE_ADMIN, false },
	{ "Business", "/settings/policy", "Recording and retention",
	    "Defaults, and how long things are kept", ROUTE_ADMIN, false },
	{ "Business", "/settings/users", "People",
	    "Who has access, invitations, roles", ROUTE_ADMIN, false },
	{ "Business", "/settings/mail", "Mail",
	    "Who is told of missed calls, and of the day", ROUTE_ADMIN, false },
	{ "Business", "/settings/keys", "API keys",
	    "For programs: scopes and expiry", ROUTE_ADMIN, false },
	{ "Business", "/settings/webhooks", "Webhooks",
	    "Other programs are told, signed and retried", ROUTE_ADMIN, false },
	{ "Business", "/settings/audit", "Audit log",
	    "Who changed, heard or exported what", ROUTE_ADMIN, false },
	{ "Business", "/settings/locations", "Locations",
	    "Places that reports compare", ROUTE_MANAGER, false },
	{ "Business", "/settings/companies", "Companies",
	    "All client businesses of the account", ROUTE_OWNER, true },
};

static bool may(const struct req *r, size_t i)
{
	return (entries[i].wide ? r->account_role : r->role) >=
	       (int)entries[i].role;
}

enum err form_settings(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "settings.html");
	struct view *group = NULL;
	const char *last = NULL;
	enum err e;

	if ((e = frame_page(r, FRAME_SETTINGS, "Settings", SLICE(""), v)) !=
	    ERR_OK)
		return e;
	view_list(v, "groups");
	for (size_t i = 0; i < RT_ARRAY_LEN(entries); i++) {
		struct view *item;

		if (!may(r, i))
			continue;
		if (last == NULL ||
		    !slice_eq_cstr(slice_from(last), entries[i].group)) {
			last = entries[i].group;
			group = view_item(v, "groups");
			view_cstr(group, "group", last);
			view_u64(group, "group_n", i);
		}
		item = view_item(group, "entries");
		view_cstr(item, "path", entries[i].path);
		view_cstr(item, "name", entries[i].name);
		view_cstr(item, "what", entries[i].what);
	}
	return resp_view(out, v);
}
