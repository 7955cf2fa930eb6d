#include "ctl/ctl_acl.h"

#include <stdio.h>
#include <sys/acl.h>

enum err ctl_acl_share(const char *folder, uid_t user)
{
	char text[80];
	enum err e = ERR_OK;
	acl_t acl;

	(void)snprintf(text, sizeof(text),
	    "u::rwx,u:%u:rwx,g::r-x,m::rwx,o::---", (unsigned int)user);
	if ((acl = acl_from_text(text)) == NULL)
		return ERR_IO;
	if (acl_set_file(folder, ACL_TYPE_ACCESS, acl) == -1 ||
	    acl_set_file(folder, ACL_TYPE_DEFAULT, acl) == -1)
		e = ERR_IO;
	(void)acl_free(acl);
	return e;
}
