"""Applications by the thousand, as SQL: drafts with their parts, then a case and a record for each one sent.

Of a hundred, 3 are drafts, 12 received, 8 assessed, 33 granted, 39 rejected and 5 withdrawn. Status, call,
area, officer and title vary independently, each by a hash of the row's number: the same in every run.
"""

# Foreign keys are checked after each statement instead of all at the end: the triggers use savepoints, and
# PostgreSQL goes through all that waits to be checked each time one of those is rolled back.
CHECK_AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"
PLAN = """
    CREATE TEMP TABLE plan ON COMMIT DROP AS
    WITH drawn AS (
        SELECT i, abs(hashint4extended(i, 1)) AS a, abs(hashint4extended(i, 2)) AS b,
               abs(hashint4extended(i, 3)) AS c, abs(hashint4extended(i, 4)) AS d,
               abs(hashint4extended(i, 5)) AS e
        FROM generate_series(1, %(rows)s) AS i
    )
    SELECT i, nextval('applications_application_id_seq') AS id, a %% 100 AS hundredth, e AS chance,
           (%(calls)s::bigint[])[1 + b %% cardinality(%(calls)s::bigint[])] AS call_id,
           (%(organisations)s::bigint[])[1 + c %% cardinality(%(organisations)s::bigint[])]
               AS organisation_id,
           CASE WHEN d %% 10 < 7
                THEN (%(officers)s::bigint[])[1 + (d / 10) %% cardinality(%(officers)s::bigint[])]
           END AS officer_id,
           concat_ws(' ',
               (ARRAY['Testbädd', 'Klusterkraft', 'Samverkan', 'Innovationsarena', 'Kunskapslyft'])
                   [1 + e %% 5],
               'för',
               (ARRAY['skidspår', 'trähus', 'vindkraft', 'vandringsleder', 'matföretag', 'spelutveckling',
                      'reparationer'])[1 + (e / 5) %% 7],
               'i',
               (ARRAY['Åre', 'Östersund', 'Strömsund', 'Härjedalen', 'Bräcke', 'Krokom', 'Berg', 'Ragunda'])
                   [1 + (e / 35) %% 8],
               i) AS title,
           100000 + (e / 280) %% 900000 AS amount,
           NULL::timestamptz AS sent_at, NULL::int AS serial, NULL::int AS year,
           NULL::bigint AS case_id, NULL::bigint AS record_id
    FROM drawn
"""
# Spread over the days that the call was open.
SENT_AT = """
    UPDATE plan
    SET sent_at = least(call.closes_at, now()) - (plan.chance %% 2400000) * interval '1 second'
    FROM calls_call AS call
    WHERE call.id = plan.call_id AND plan.hundredth > 2
"""
APPLICATIONS = """
    INSERT INTO applications_application (
        id, call_id, organisation_id, status, version, contact_name, contact_email, contact_phone, title,
        summary, background, aims, target_group, activities, project_organisation, expected_results,
        strategy_link, economic_sustainability, environmental_sustainability, social_sustainability, risks,
        dissemination, municipalities, starts_on, ends_on, applied_amount, publication_consent,
        created_by_id, created_at, updated_by_id, updated_at)
    SELECT plan.id, plan.call_id, plan.organisation_id, 'draft', 1, 'Olga Ödmark', 'applicant@example.org',
           '063-10 00 00', plan.title, repeat('Vi samlar företag i fjällen. ', 10),
           repeat('Företagen saknar forskare. ', 8), repeat('Fler företag samarbetar om forskning. ', 8),
           'Besöksföretag.', repeat('Möten, kurser och en testbädd. ', 8), 'En styrgrupp leder.',
           'En testbädd.', 'Upplevelser.', 'Helårsjobb.', 'Färre resor.', 'Alla är med.', 'Få deltagare.',
           'En enkät.', ARRAY['2380'],
           make_date(%(year)s, 1, 1), make_date(%(year)s + 1, 12, 31), plan.amount, true,
           %(user)s, call.opens_at, %(user)s, coalesce(plan.sent_at, call.opens_at)
    FROM plan JOIN calls_call AS call ON call.id = plan.call_id
"""
# One area each, a second one for every fifth.
AREAS = """
    INSERT INTO applications_application_areas (application_id, strengtharea_id)
    SELECT plan.id, area.id
    FROM plan
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM calls_strengtharea) AS area
         ON area.place = plan.chance / 7 %% 4
         OR (plan.chance %% 5 = 0 AND area.place = (plan.chance / 7 + 1) %% 4)
"""
BUDGET = """
    INSERT INTO applications_budgetline (application_id, "order", key, category, description, by_hours)
    SELECT plan.id, line.place, substr(md5(line.category), 1, 10), line.category, '', false
    FROM plan, (VALUES (1, 'personnel'), (2, 'travel')) AS line (place, category)
"""
BUDGET_AMOUNTS = """
    INSERT INTO applications_budgetamount (line_id, year, amount)
    SELECT line.id, %(year)s, plan.amount
    FROM plan JOIN applications_budgetline AS line ON line.application_id = plan.id
"""
FINANCING = """
    INSERT INTO applications_financing (
        application_id, "order", key, financier, kind, source, amount, own, confirmed)
    SELECT plan.id, 1, substr(md5('Kommunen'), 1, 10), 'Kommunen', 'cash', 'municipal', plan.amount, false,
           false
    FROM plan
"""
# Numbers in the order in which the applications came, each year after those already taken.
NUMBERS = """
    UPDATE plan SET serial = numbered.serial, year = numbered.year
    FROM (
        SELECT id, extract(year FROM sent_at)::int AS year,
               row_number() OVER (PARTITION BY extract(year FROM sent_at) ORDER BY sent_at, id)
               + coalesce((SELECT max(serial) FROM diary_case
                           WHERE prefix = 'RUN' AND year = extract(year FROM sent_at)::int), 0) AS serial
        FROM plan WHERE sent_at IS NOT NULL
    ) AS numbered
    WHERE numbered.id = plan.id
"""
SERIES = """
    INSERT INTO diary_series (prefix, year, next_serial)
    SELECT 'RUN', year, max(serial) + 1 FROM plan WHERE year IS NOT NULL GROUP BY year
    ON CONFLICT (prefix, year) DO UPDATE SET next_serial = excluded.next_serial
"""
CASES = """
    INSERT INTO diary_case (
        prefix, serial, year, title, counterpart, counterpart_protected, opened_on, officer_id, status)
    SELECT 'RUN', plan.serial, plan.year, 'Ansökan: ' || plan.title, organisation.name, false,
           plan.sent_at::date, plan.officer_id, 'open'
    FROM plan JOIN accounts_organisation AS organisation ON organisation.id = plan.organisation_id
    WHERE plan.serial IS NOT NULL
"""
CASE_IDS = """
    UPDATE plan SET case_id = diary_case.id
    FROM diary_case
    WHERE diary_case.prefix = 'RUN' AND diary_case.serial = plan.serial AND diary_case.year = plan.year
"""
RECORDS = """
    INSERT INTO diary_record (case_id, number, direction, title, counterpart, dated_at, registered_at)
    SELECT plan.case_id, 1, 'incoming', 'Ansökan', organisation.name, plan.sent_at, plan.sent_at
    FROM plan JOIN accounts_organisation AS organisation ON organisation.id = plan.organisation_id
    WHERE plan.case_id IS NOT NULL
"""
RECORD_IDS = """
    UPDATE plan SET record_id = diary_record.id
    FROM diary_record WHERE diary_record.case_id = plan.case_id AND diary_record.number = 1
"""
SEND = """
    UPDATE applications_application AS application
    SET status = outcome.status, submitted_by_id = %(user)s, submitted_at = plan.sent_at,
        case_id = plan.case_id, record_id = plan.record_id, total_cost = 2 * plan.amount,
        granted_amount = CASE WHEN outcome.status = 'granted' THEN plan.amount END
    FROM plan
    JOIN (VALUES ('submitted', 3, 14), ('assessed', 15, 22), ('granted', 23, 55), ('rejected', 56, 94),
                 ('withdrawn', 95, 99)) AS outcome (status, first, last)
         ON plan.hundredth BETWEEN outcome.first AND outcome.last
    WHERE application.id = plan.id
"""
EVENTS = """
    INSERT INTO audit_event (at, actor_id, actor_label, action, object_type, object_id, text, data)
    SELECT plan.sent_at, %(user)s, 'Olga Ödmark', 'application_submitted', 'applications.application',
           plan.id, 'Ansökan inskickad', '{}'
    FROM plan WHERE plan.sent_at IS NOT NULL
"""
# The triggers look up each row's parent: without figures on the new tables they would read all of them.
KNOW_PLAN = "ANALYZE plan"
KNOW_APPLICATIONS = "ANALYZE applications_application"
KNOW_CASES = "ANALYZE diary_case"
STATEMENTS = (
    CHECK_AT_ONCE, PLAN, KNOW_PLAN, SENT_AT, APPLICATIONS, KNOW_APPLICATIONS, AREAS, BUDGET,
    BUDGET_AMOUNTS, FINANCING,
    NUMBERS, KNOW_PLAN, SERIES, CASES, KNOW_CASES, CASE_IDS, RECORDS, RECORD_IDS, SEND, EVENTS,
)  # fmt: skip
