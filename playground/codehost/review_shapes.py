"""Reviews and their comments as GitHub's REST API writes them."""

from __future__ import annotations

from playground.codehost.records import Review, ReviewComment
from playground.codehost.shapes import Json, Shapes, node_id, stamp


def review(shapes: Shapes, number: int, review: Review) -> Json:
    url = f"{shapes.api}/pulls/{number}"
    return {
        "id": review.id,
        "node_id": node_id("PRR", review.id),
        "user": shapes.person(review.user),
        "body": review.body,
        "state": review.state.value,
        "html_url": f"{shapes.web}/pull/{number}#pullrequestreview-{review.id}",
        "pull_request_url": url,
        "author_association": "MEMBER" if review.user.permission.may_write else "NONE",
        "submitted_at": stamp(review.submitted_at),
        "commit_id": review.commit_sha,
    }


def review_comment(shapes: Shapes, number: int, comment: ReviewComment) -> Json:
    body = {
        "id": comment.id,
        "node_id": node_id("PRRC", comment.id),
        "pull_request_review_id": comment.review_id,
        "url": f"{shapes.api}/pulls/comments/{comment.id}",
        "html_url": f"{shapes.web}/pull/{number}#discussion_r{comment.id}",
        "pull_request_url": f"{shapes.api}/pulls/{number}",
        "user": shapes.person(comment.user),
        "author_association": "MEMBER" if comment.user.permission.may_write else "NONE",
        "body": comment.body,
        "path": comment.path,
        "line": comment.line,
        "original_line": comment.line,
        "side": "RIGHT",
        "commit_id": comment.commit_sha,
        "original_commit_id": comment.commit_sha,
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.created_at),
    }
    if comment.in_reply_to is not None:
        body["in_reply_to_id"] = comment.in_reply_to
    return body
