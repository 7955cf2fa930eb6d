#include "cgi/api/api_status.h"

#include "lib/db/db.h"
#include "lib/text/json_out.h"

enum err api_status(const struct req *r, struct resp *out)
{
	struct json_out j;
	char mem[128];
	struct buf b;
	enum err e;

	if ((e = db_ping(r->db)) != ERR_OK)
		return e;
	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "status");
	json_out_cstr(&j, "ok");
	json_out_key(&j, "time");
	json_out_time_us(&j, r->now_us);
	json_out_end(&j);
	return resp_json(out, &j);
}
