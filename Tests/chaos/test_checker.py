"""For each kind of violation a history in which the checker has to find it, and one in which it must find nothing."""

import copy
import unittest

import checker
from checker import Final, check
from history import Call, Message


def entry(kind, version, media=0, command="c1", verdict="accepted", **changes):
    return {
        "type": f"warelog.{kind}.v1",
        "version": version,
        "media_revision": media,
        "command_id": command,
        "verdict": verdict,
        "changes": {name: {"from": None, "to": value} for name, value in changes.items()},
    }


def document(version, media, description, price):
    return {
        "id": 1,
        "version": version,
        "media": media,
        "name": "Cup",
        "description": description,
        "price": price,
    }


def shown(image="compressed"):
    """As the API shows it at the end."""
    return {
        "id": 1,
        "product_name": "Cup",
        "product_description": "edited",
        "product_price": 2,
        "version": 2,
        "media_revision": 1,
        "images": [{"id": "i1", "status": image}],
    }


class Story:
    """A product that is created and edited, read and followed; all is well."""

    def __init__(self):
        created, edited = document(1, 0, "created", 1), document(2, 0, "edited", 2)
        self.calls = [
            Call("create", 1, 2, 201, command="C", is_keyed=True, product=1, marker="created", documents=[created]),
            Call("edit", 3, 4, None, command="E", is_keyed=True, product=1, marker="edited"),
            Call("edit", 5, 6, 200, command="E", is_keyed=True, product=1, marker="edited", documents=[edited]),
            Call("read", 7, 8, 200, product=1, after="E", documents=[edited]),
            Call("list", 7, 8, 200, after="C", documents=[edited]),
        ]
        self.messages = [Message("s", 1, 1, 0), Message("s", 1, 2, 0), Message("s", 1, 2, 1)]
        self.history = [
            entry(
                "ProductCreated", 1, command="c1", product_name="Cup", product_description="created", product_price=1
            ),
            entry("ProductUpdated", 2, command="c2", product_description="edited", product_price=2),
            entry("ProductUpdated", 2, command="c2", verdict="voided"),
            entry("ImagesCompressed", 2, media=1, command=None),
        ]
        self.final = Final({1: shown()}, {1: self.history}, {1: shown()})

    def kinds(self):
        return {kind for kind, _ in check(self.calls, self.messages, self.final)}

    def delete(self):
        self.calls.append(Call("delete", 9, 10, 204, command="D", product=1))
        self.history.append(entry("ProductDeleted", 3, media=1, command="c3"))
        self.messages.append(Message("s", 1, 3, None, True))
        self.final.documents[1] = None
        self.final.listed = {}


class CheckerTests(unittest.TestCase):
    def assert_found(self, kind, change):
        story = Story()
        self.assertEqual(story.kinds(), set())
        change(story)
        self.assertIn(kind, story.kinds())

    def test_nothing_is_wrong_with_a_product_that_is_deleted(self):
        story = Story()
        story.delete()
        story.calls.append(Call("read", 11, 12, 404, product=1, after="D"))
        story.calls.append(Call("read", 11, 12, 404, product=1, after="E"))
        self.assertEqual(story.kinds(), set())

    def test_nothing_is_wrong_with_a_write_that_failed_and_had_no_effect(self):
        story = Story()
        story.calls.append(Call("edit", 9, 10, 412, command="F", product=1, marker="lost"))
        story.calls.append(Call("edit", 9, 10, None, command="G", product=1, marker="unsent"))
        self.assertEqual(story.kinds(), set())

    def test_finds_an_acknowledged_edit_that_is_missing(self):
        self.assert_found(checker.MISSING, lambda story: story.history.pop(1))

    def test_finds_an_acknowledged_creation_that_is_missing(self):
        def change(story):
            story.final = Final({1: None}, {1: []}, {})

        self.assert_found(checker.MISSING, change)

    def test_finds_an_acknowledged_deletion_that_is_missing(self):
        self.assert_found(
            checker.MISSING, lambda story: story.calls.append(Call("delete", 9, 10, 204, command="D", product=1))
        )

    def test_finds_an_uploaded_image_that_is_missing(self):
        upload = Call("upload", 9, 10, 201, command="U", product=1, image="i9")
        self.assert_found(checker.MISSING, lambda story: story.calls.append(upload))

    def test_finds_an_operation_that_says_accepted_and_is_missing(self):
        def change(story):
            story.calls += [
                Call("edit", 9, 10, 202, command="F", product=1, marker="lost"),
                Call("operation", 11, 12, 200, command="F", product=1, marker="lost", outcome="accepted"),
            ]

        self.assert_found(checker.MISSING, change)

    def test_finds_an_edit_that_took_effect_twice(self):
        self.assert_found(
            checker.DOUBLED,
            lambda story: story.history.append(entry("ProductUpdated", 3, command="c4", product_description="edited")),
        )

    def test_finds_two_products_of_one_creation(self):
        def change(story):
            story.final.histories[2] = copy.deepcopy(story.history[:1])
            story.final.documents[2] = story.final.listed[2] = shown()

        self.assert_found(checker.DOUBLED, change)

    def test_finds_a_creation_that_was_answered_with_two_products(self):
        def change(story):
            story.calls.append(Call("create", 9, 10, 201, command="C", is_keyed=True, product=2, marker="created"))

        self.assert_found(checker.DOUBLED, change)

    def test_finds_more_uploads_than_were_sent(self):
        self.assert_found(
            checker.DOUBLED, lambda story: story.history.append(entry("ProductImageUploaded", 3, command="c5"))
        )

    def test_finds_a_product_that_nobody_asked_for(self):
        def change(story):
            story.final.listed[2] = shown()
            story.final.documents[2] = shown()
            story.final.histories[2] = [
                entry("ProductCreated", 1, command="c6", product_name="Cup", product_description="?", product_price=1)
            ]

        self.assert_found(checker.INVENTED, change)

    def test_finds_a_refused_edit_that_took_effect(self):
        def change(story):
            story.calls.append(Call("edit", 9, 10, 412, command="F", is_keyed=True, product=1, marker="refused"))
            story.history.append(entry("ProductUpdated", 3, command="c7", product_description="refused"))

        self.assert_found(checker.REFUSED, change)

    def test_finds_a_command_whose_outcome_the_client_could_not_learn(self):
        self.assert_found(
            checker.UNKNOWN,
            lambda story: story.calls.append(Call("edit", 9, 10, 503, command="F", is_keyed=True, marker="?")),
        )

    def test_finds_a_read_that_is_older_than_its_token(self):
        def change(story):
            story.calls[3].documents = [document(1, 0, "created", 1)]

        self.assert_found(checker.STALE, change)

    def test_finds_a_read_of_a_deleted_product(self):
        def change(story):
            story.delete()
            read = Call("read", 11, 12, 200, product=1, after="D", documents=[document(2, 0, "edited", 2)])
            story.calls.append(read)

        self.assert_found(checker.STALE, change)

    def test_finds_a_read_that_does_not_find_its_product(self):
        self.assert_found(
            checker.LOST, lambda story: story.calls.append(Call("read", 9, 10, 404, product=1, after="E"))
        )

    def test_finds_a_list_without_the_product_that_was_created(self):
        def change(story):
            story.calls[4].documents = []

        self.assert_found(checker.LOST, change)

    def test_finds_a_document_that_mixes_two_versions(self):
        def change(story):
            story.calls[3].documents = [document(2, 0, "edited", 1)]

        self.assert_found(checker.UNTRUE, change)

    def test_finds_a_stream_that_misses_a_change(self):
        self.assert_found(checker.GAPS, lambda story: story.messages.pop(1))

    def test_finds_a_stream_that_misses_the_last_change_before_the_deletion(self):
        def change(story):
            story.delete()
            story.messages.pop(2)

        self.assert_found(checker.GAPS, change)

    def test_finds_a_stream_that_goes_back(self):
        self.assert_found(checker.GAPS, lambda story: story.messages.append(Message("s", 1, 1, 0)))

    def test_finds_a_cached_document_that_the_list_does_not_show(self):
        def change(story):
            story.final.documents[1]["version"] = 1

        self.assert_found(checker.UNLIKE, change)

    def test_finds_a_product_that_is_gone_and_was_not_deleted(self):
        def change(story):
            story.final.documents[1] = None
            story.final.listed = {}

        self.assert_found(checker.UNLIKE, change)

    def test_finds_an_image_that_is_pending_for_ever(self):
        def change(story):
            story.final.documents[1] = story.final.listed[1] = shown("pending")

        self.assert_found(checker.IMAGES, change)

    def test_finds_an_answer_that_says_that_the_service_failed(self):
        self.assert_found(checker.ERRORS, lambda story: story.calls.append(Call("read", 9, 10, 500, product=1)))

    def test_passes_on_what_was_found_in_objects_rows_and_processes(self):
        for kind, member in (
            (checker.OBJECTS, "missing_objects"),
            (checker.ORPHANS, "orphans"),
            (checker.ROWS, "differences"),
            (checker.PERSON, "ended"),
        ):
            self.assert_found(kind, lambda story, member=member: getattr(story.final, member).append("it"))


if __name__ == "__main__":
    unittest.main()
