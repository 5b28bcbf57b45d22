// Text in XML. Not for use outside reports/.
#ifndef REPORTS_XML_H
#define REPORTS_XML_H

#include "checker/base/str.h"

#include <stdio.h>

/// Writes `text` so that it can stand in an element or in a quoted attribute: markup is escaped,
/// bytes that are not UTF-8, characters XML 1.0 does not have and those that turn the direction of
/// text become U+FFFD.
void xml_text(FILE *out, struct str text);
/// ` name="value"`.
void xml_attr(FILE *out, const char *name, struct str value);
void xml_attr_int(FILE *out, const char *name, uint64_t value);

#endif
