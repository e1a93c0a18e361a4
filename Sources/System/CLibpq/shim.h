#pragma once
#include <postgresql/libpq-fe.h>

// Swift does not import macros that are character literals.
static inline int warelog_pq_sqlstate(void) { return PG_DIAG_SQLSTATE; }
static inline int warelog_pq_primary_message(void) { return PG_DIAG_MESSAGE_PRIMARY; }
static inline int warelog_pq_constraint(void) { return PG_DIAG_CONSTRAINT_NAME; }
static inline int warelog_pq_severity(void) { return PG_DIAG_SEVERITY_NONLOCALIZED; }
