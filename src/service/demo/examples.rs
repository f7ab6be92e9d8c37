//! What readers of a made-up local paper say.

/// An article and what is said about it.
#[derive(Debug)]
pub(super) struct Article {
    /// Where it is, which is also the key of its thread.
    pub(super) path: &'static str,
    /// What it is called.
    pub(super) title: &'static str,
    /// What is said, in any order.
    pub(super) comments: &'static [Example],
}

/// A comment.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) minutes_ago: i64,
    pub(super) name: &'static str,
    /// Whom it answers.
    pub(super) answers: Option<&'static str>,
    pub(super) text: &'static str,
}

const fn says(minutes_ago: i64, name: &'static str, text: &'static str) -> Example {
    Example { minutes_ago, name, answers: None, text }
}

const fn answers(minutes_ago: i64, name: &'static str, whom: &'static str, text: &'static str) -> Example {
    Example { minutes_ago, name, answers: Some(whom), text }
}

/// The articles, the one that the page shows first.
pub(super) const THREADS: [Article; 5] = [
    Article {
        path: "/demo",
        title: "The last ferry to Havsund",
        comments: &[
            says(
                312,
                "Ana Torres",
                "My mother works nights at the hospital. The 23:40 is her way home, and there is no road round the fjord. \
                 Eleven passengers on average isn’t “almost nobody”: it is eleven people who now need a bed in town.",
            ),
            says(
                187,
                "Julian Meyer",
                "I’ll miss it too, but a crew of four for eleven people costs more each year than the whole school bus. \
                 The council asked for ideas in spring, and two letters came. An on-call boat would do the same for less.",
            ),
        ],
    },
    Article {
        path: "/demo?article=school-kitchens",
        title: "School kitchens will cook again from autumn",
        comments: &[
            says(1_320, "Priya", "Finally. The delivered lunches came back half full every day."),
            says(1_275, "Tomasz W.", "Who pays for the new stoves? The article doesn’t say."),
            answers(1_260, "Priya", "Tomasz W.", "The regional fund, it was in the council minutes of May."),
            says(1_100, "Ingrid", "I cooked there until 2009. Happy to show anybody how we fed 240 children by noon."),
            says(940, "Sam O.", "Please keep one meatless day. Not out of principle, my two just like it."),
            answers(905, "Old Harbour", "Sam O.", "Meatless day was the day we all went to the bakery."),
            says(610, "Leïla B.", "Will allergies be handled better than now? We pack a box each morning."),
            answers(
                555,
                "Ingrid",
                "Leïla B.",
                "With a kitchen in the house you can simply go and ask. That alone helps.",
            ),
            says(95, "mk_1987", "Good news for once."),
        ],
    },
    Article {
        path: "/demo?article=harbour-cranes",
        title: "Two old cranes, and nobody to paint them",
        comments: &[
            says(1_180, "Nils", "They are the only thing visitors photograph. Paint them."),
            says(1_020, "Fatima A.", "Rust is a colour too."),
            answers(990, "Nils", "Fatima A.", "Until the first bolt lands on the fish market."),
            says(700, "Crane Girl", "The sailing club would do one if the town buys the paint."),
            says(420, "Georg", "A structural survey first, then brushes."),
            answers(60, "Fatima A.", "Georg", "The survey costs more than the paint, that is the joke."),
        ],
    },
    Article {
        path: "/demo?article=library-sundays",
        title: "The library tries Sundays",
        comments: &[
            says(830, "Bea", "The one warm room in town on a Sunday. Thank you."),
            says(640, "R. Okafor", "Great for readers. And the staff, do they get Monday instead?"),
            answers(480, "Librarian’s cat", "R. Okafor", "They do. I asked one."),
            says(150, "Yuki", "Could the study room stay open until eight?"),
        ],
    },
    Article {
        path: "/demo?article=heron-nest",
        title: "Heron nest stops work on the east pier",
        comments: &[
            says(520, "Walther", "The herons were here before the pier."),
            answers(365, "Marta", "Walther", "So were the mosquitoes."),
            says(33, "Birdwatcher 7", "Three chicks as of this morning. Six weeks, then you can drill."),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_fits_into_a_comment_and_into_a_day() {
        for example in THREADS.iter().flat_map(|article| article.comments) {
            assert!(example.text.chars().count() < 300, "{}", example.text);
            assert!((1..1_440).contains(&example.minutes_ago), "{}", example.text);
        }
        assert!(THREADS.iter().skip(1).all(|article| (3..=9).contains(&article.comments.len())));
    }
}
