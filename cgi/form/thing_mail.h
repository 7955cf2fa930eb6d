/* thing_mail.h - /settings/mail: who gets which mail. */
#ifndef RT_CGI_FORM_THING_MAIL_H
#define RT_CGI_FORM_THING_MAIL_H

#include "cgi/form/thing.h"

extern const struct thing thing_mail;

#endif
