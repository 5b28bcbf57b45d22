// Text of reports/schema.sql, embedded by the build.
#ifndef REPORTS_SQLITE_SCHEMA_H
#define REPORTS_SQLITE_SCHEMA_H

extern const char sqlite_schema[];

#endif
