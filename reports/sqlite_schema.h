// The text of reports/schema.sql, compiled in by the build.
#ifndef REPORTS_SQLITE_SCHEMA_H
#define REPORTS_SQLITE_SCHEMA_H

extern const char sqlite_schema[];

#endif
