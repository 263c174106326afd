"""What a transfer keeps for its lists, proven from the case, the receipt and the paper file."""

from xueji.ledger.proofs import Proof

RECEIPT_IS_AWAITED = Proof(
    "receipt_is_awaited",
    """
    SELECT t.case_id AS "case"
    FROM transfers_transfer t JOIN xueji_case c ON c.id = t.case_id
    WHERE t.receipt_open <>
        (c.state = 'done' AND t.to_school_id IS NULL AND t.receipt_on IS NULL)
    """,
)

PAPERS_ARE_AWAITED = Proof(
    "papers_are_awaited",
    """
    SELECT t.case_id AS "case"
    FROM transfers_transfer t
    JOIN xueji_case c ON c.id = t.case_id
    LEFT JOIN transfers_paperfile f ON f.transfer_id = t.case_id
    WHERE t.file_open <> (c.state = 'done' AND (
        t.from_school_id IS NOT NULL AND f.sent_on IS NULL
        OR t.to_school_id IS NOT NULL AND f.received_on IS NULL
    ))
    """,
)

PROOFS = (RECEIPT_IS_AWAITED, PAPERS_ARE_AWAITED)
