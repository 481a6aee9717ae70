"""What the searches are measured on beside the applications: a decision with its record for each that is
settled, a draft for each twentieth of those that are not, the answers about jäv of an officer who has handled
one in five, and a secrecy mark in each fiftieth case."""

DECISIONS = """
    INSERT INTO decisions_decision (
        case_id, application_id, kind, status, version, relation, title, unit, case_officer_name,
        case_officer_phone, case_officer_email, background, reasons, amount_kind, amount, amount_is_ceiling,
        presenter_name, presenter_title, also_present, returned_reason, created_at, updated_at,
        proposed_by_id, proposed_at, slug, decided_on, signed_at, signed_by_id, signed_elsewhere,
        signatory_name, signatory_title, order_title, clause_number, clause_text, clause_ceiling_included,
        delegation_note, committee_name, reportable, appeal_text, full_text)
    SELECT c.id, a.id, CASE a.status WHEN 'granted' THEN 'grant' ELSE 'rejection' END, 'signed', 1, '',
           'Stöd till ' || a.title, 'Regional utveckling', 'Hanna Handläggare', '', 'hanna@example.se', '',
           '', 'cash', a.applied_amount, false, '', '', '', '', a.submitted_at, a.submitted_at, %(officer)s,
           a.submitted_at, lower(c.prefix) || '-' || c.serial || '-' || c.year, a.submitted_at::date + 60,
           a.submitted_at, %(officer)s, false, 'Doris Direktör', 'Direktör', 'Delegationsordning', '8.2',
           'Stöd', false, '', 'nämnden', false, '',
           'Regional utveckling ' || c.diary_number
           || repeat(' Klusterorganisationen har ansökt om stöd till projektet. ', 5) || a.summary
    FROM applications_application AS a JOIN diary_case AS c ON c.id = a.case_id
    WHERE a.status IN ('granted', 'rejected')
"""
DECISION_RECORDS = """
    INSERT INTO diary_record (case_id, number, direction, title, counterpart, dated_at, registered_at)
    SELECT d.case_id, 2, 'drawn_up', 'Beslut: ' || d.title, '', d.signed_at, d.signed_at
    FROM decisions_decision AS d WHERE d.order_title = 'Delegationsordning'
"""
DRAFTS = """
    INSERT INTO decisions_decision (
        case_id, application_id, kind, status, version, relation, title, unit, case_officer_name,
        case_officer_phone, case_officer_email, background, reasons, amount_kind, amount, amount_is_ceiling,
        presenter_name, presenter_title, also_present, returned_reason, created_at, updated_at,
        signed_elsewhere, signatory_name, signatory_title, order_title, clause_number, clause_text,
        clause_ceiling_included, delegation_note, committee_name, reportable, appeal_text, full_text)
    SELECT a.case_id, a.id, 'grant', 'draft', 1, '', 'Stöd till ' || a.title, 'Regional utveckling',
           'Håkan Handläggare', '', 'hakan@example.se',
           repeat('Klusterorganisationen har ansökt om stöd till projektet. ', 5) || a.summary,
           'Projektet svarar mot strategin.', 'cash', a.applied_amount, false, '', '', '', '',
           a.submitted_at, a.submitted_at, false, '', '', '', '', '', false, '', '', true, '', ''
    FROM applications_application AS a
    WHERE a.status IN ('submitted', 'assessed') AND a.id %% 20 = 0
"""
POINTS = """
    INSERT INTO decisions_decisionpoint (decision_id, "order", text)
    SELECT d.id, place, 'Utbetalning ' || place || ' görs mot rekvisition.'
    FROM decisions_decision AS d, generate_series(1, 3) AS place
    WHERE d.case_officer_name = 'Håkan Handläggare'
"""
RECIPIENTS = """
    INSERT INTO decisions_extractrecipient (decision_id, "order", name, email)
    SELECT d.id, 1, o.name, '' FROM decisions_decision AS d
    JOIN applications_application AS a ON a.id = d.application_id
    JOIN accounts_organisation AS o ON o.id = a.organisation_id
    WHERE d.case_officer_name = 'Håkan Handläggare'
"""
DECLARATIONS = """
    INSERT INTO applications_impartialitydeclaration (
        application_id, person_id, ground, text, declared_by_id, declared_at)
    SELECT a.id, %(officer)s, CASE WHEN a.id %% 97 = 0 THEN 'party' ELSE 'none' END, '', %(officer)s,
           a.submitted_at
    FROM applications_application AS a
    WHERE a.submitted_at IS NOT NULL AND a.id %% 5 = 0 AND NOT EXISTS (
        SELECT 1 FROM applications_impartialitydeclaration AS d
        WHERE d.application_id = a.id AND d.person_id = %(officer)s)
"""
MARKS = """
    INSERT INTO diary_secrecymark (
        case_id, part, passage, field, field_label, provision, provision_text, reason, marked_at)
    SELECT c.id, 'title', '', '', '', '30:27', '', 'Affärshemlighet', now()
    FROM diary_case AS c WHERE c.prefix = 'RUN' AND c.id %% 50 = 0
"""
STATEMENTS = (DECISIONS, DECISION_RECORDS, DRAFTS, POINTS, RECIPIENTS, DECLARATIONS, MARKS)
