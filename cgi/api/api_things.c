#include "cgi/api/api_things.h"

#include "cgi/api/api_pool.h"
#include "cgi/form/thing_caller_list.h"
#include "cgi/form/thing_company.h"
#include "cgi/form/thing_conversion.h"
#include "cgi/form/thing_destination.h"
#include "cgi/form/thing_location.h"
#include "cgi/form/thing_mail.h"
#include "cgi/form/thing_number.h"
#include "cgi/form/thing_outcome.h"
#include "cgi/form/thing_policy.h"
#include "cgi/form/thing_pool.h"
#include "cgi/form/thing_site.h"
#include "cgi/form/thing_tag.h"
#include "cgi/form/thing_tracker.h"
#include "cgi/form/thing_trunk.h"
#include "cgi/form/thing_user.h"
#include "cgi/form/thing_webhook.h"

#define AS(json, field)            \
	{                          \
		json, field, false \
	}
#define SAME(name) AS(name, name)
#define TEXTS(name)              \
	{                        \
		name, name, true \
	}
#define THING(of, list)                                            \
	.sheet = (list), .thing = &thing_##of, .members = of##_in, \
	.n_members = RT_ARRAY_LEN(of##_in)

static const struct api_member number_in[] = { AS("number", "e164"),
	SAME("label"), AS("flow_id", "flow"),
	AS("destination_id", "destination"), AS("pool_id", "pool"),
	AS("location_id", "location"), AS("trunk_id", "trunk"), SAME("record"),
	SAME("notice") };

static const struct api_member tracker_in[] = { SAME("name"),
	AS("number_id", "number"), SAME("source"), SAME("medium"),
	SAME("campaign"), SAME("channel"), SAME("match_kind"),
	SAME("match_value"), AS("site_id", "site") };

static const struct api_member pool_in[] = { SAME("name"), SAME("policy"),
	AS("overflow_number_id", "overflow"), SAME("lease_s"),
	SAME("min_reuse_s"), AS("location_id", "location") };

static const struct api_member destination_in[] = { SAME("name"),
	SAME("target"), SAME("ring_s"), AS("trunk_id", "trunk"),
	AS("location_id", "location"), SAME("hours"), SAME("holidays"),
	SAME("regions"), SAME("capacity"), SAME("cap_hour"), SAME("cap_day"),
	SAME("cap_month") };

static const struct api_member location_in[] = { SAME("name"),
	SAME("time_zone") };

static const struct api_member site_in[] = { SAME("name"), TEXTS("origins"),
	TEXTS("targets"), TEXTS("pages"), TEXTS("params"),
	AS("pool_id", "pool"), SAME("consent"), AS("location_id", "location") };

static const struct api_member tag_in[] = { SAME("name") };

static const struct api_member outcome_in[] = { SAME("name"), SAME("code"),
	SAME("counts") };

static const struct api_member caller_list_in[] = { SAME("name"),
	TEXTS("numbers") };

static const struct api_member company_in[] = { SAME("name"), SAME("time_zone"),
	SAME("country"), SAME("currency"), SAME("billable_s"),
	SAME("credit_min_bp") };

static const struct api_member user_in[] = { SAME("email"), SAME("name"),
	SAME("role"), SAME("scope") };

static const struct api_member webhook_in[] = { SAME("name"), SAME("url"),
	TEXTS("events"), SAME("signature"), SAME("per_second"),
	SAME("parallel"), SAME("private_ok") };

static const struct api_member policy_in[] = { SAME("record_default"),
	SAME("keep_recordings_days"), SAME("keep_calls_days"),
	SAME("keep_visits_days"), SAME("quarantine_days") };

static const struct api_member trunk_in[] = { SAME("name"), SAME("enabled"),
	TEXTS("allow"), TEXTS("allow_media"), SAME("dialled"), SAME("country"),
	SAME("identity_in"), SAME("outgoing"), SAME("next_hop"),
	SAME("uri_host"), SAME("tech_prefix"), SAME("from_user"),
	SAME("username"), SAME("password"), SAME("no_reply_ms"), SAME("pcmu"),
	SAME("pcma") };

static const struct api_member conversion_in[] = { SAME("name"),
	SAME("platform"), SAME("outcome"), AS("tag_id", "tag"),
	SAME("min_talk_s"), SAME("value") };

static const struct api_member mail_in[] = { AS("user_id", "user"),
	SAME("kind"), SAME("attach"), SAME("quiet_from"), SAME("quiet_to") };

const struct api_setup api_things_number = { THING(number, "numbers") };
const struct api_setup api_things_tracker = { THING(tracker, "trackers") };
const struct api_setup api_things_pool = { THING(pool, "pools"),
	.also = api_pool_members, .put_also = api_pool_put };
const struct api_setup api_things_destination = { THING(destination,
    "destinations") };
const struct api_setup api_things_location = { THING(location, "locations") };
const struct api_setup api_things_site = { THING(site, "sites") };
const struct api_setup api_things_tag = { THING(tag, "tags") };
const struct api_setup api_things_outcome = { THING(outcome, "outcomes") };
const struct api_setup api_things_caller_list = { THING(caller_list, "lists") };
/* A key of one company may change that one; adding and archiving them is for
 * keys of the whole account. */
const struct api_setup api_things_company = { THING(company, "companies"),
	.is_company = true };
const struct api_setup api_things_user = { THING(user, "users") };
const struct api_setup api_things_webhook = { THING(webhook, "webhooks"),
	.secret = "secret" };
const struct api_setup api_things_policy = { THING(policy, "policy") };
const struct api_setup api_things_trunk = { THING(trunk, "trunks"),
	.of_account = true };
const struct api_setup api_things_conversion = { THING(conversion,
    "conversions") };
const struct api_setup api_things_mail = { THING(mail, "mail_rules") };
