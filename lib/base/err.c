#include "lib/base/err.h"

const char *err_name(enum err e)
{
	switch (e) {
	case ERR_OK:
		return "ok";
	case ERR_NOMEM:
		return "no-memory";
	case ERR_IO:
		return "io";
	case ERR_SYNTAX:
		return "syntax";
	case ERR_RANGE:
		return "range";
	case ERR_TOOBIG:
		return "too-big";
	case ERR_NOTFOUND:
		return "not-found";
	case ERR_CONFLICT:
		return "conflict";
	case ERR_DENIED:
		return "denied";
	case ERR_AUTH:
		return "auth";
	case ERR_TIMEOUT:
		return "timeout";
	case ERR_BUSY:
		return "busy";
	case ERR_UNAVAILABLE:
		return "unavailable";
	case ERR_UNCERTAIN:
		return "uncertain";
	case ERR_UNSUPPORTED:
		return "unsupported";
	case ERR_CLOSED:
		return "closed";
	case ERR_INTERNAL:
		return "internal";
	}
	return "unknown";
}
