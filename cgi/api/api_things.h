/*
 * api_things.h - the kinds of things that api_setup.h writes.
 */
#ifndef RT_CGI_API_API_THINGS_H
#define RT_CGI_API_API_THINGS_H

#include "cgi/api/api_setup.h"

extern const struct api_setup api_things_caller_list;
extern const struct api_setup api_things_company;
extern const struct api_setup api_things_conversion;
extern const struct api_setup api_things_destination;
extern const struct api_setup api_things_location;
extern const struct api_setup api_things_mail;
extern const struct api_setup api_things_number;
extern const struct api_setup api_things_outcome;
extern const struct api_setup api_things_policy;
extern const struct api_setup api_things_pool;
extern const struct api_setup api_things_site;
extern const struct api_setup api_things_tag;
extern const struct api_setup api_things_tracker;
extern const struct api_setup api_things_trunk;
extern const struct api_setup api_things_user;
extern const struct api_setup api_things_webhook;

#endif
