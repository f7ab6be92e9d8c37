//! Why a comment waits for a moderator.

use super::id::RuleId;

/// One reason to hold a comment. Kept with it after the decision too, as part of its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Every comment of the site waits.
    Site,
    /// Every comment of the thread waits.
    Thread,
    /// No comment of its author has been published yet.
    FirstComment,
    /// It has more links than the site lets pass.
    Links,
    /// Enough readers reported it.
    Reports,
    /// It matches a rule.
    Rule {
        /// The rule, which may be gone by now.
        id: RuleId,
        /// What the rule looked for when it matched.
        pattern: String,
    },
}

impl Hold {
    /// The name on the wire and in the store.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Thread => "thread",
            Self::FirstComment => "first_comment",
            Self::Links => "links",
            Self::Reports => "reports",
            Self::Rule { .. } => "rule",
        }
    }

    /// Every name.
    pub const NAMES: [&'static str; 6] = ["site", "thread", "first_comment", "links", "reports", "rule"];

    /// Reasons as the store keeps them: one a line; `None` for none.
    #[must_use]
    pub fn to_stored(holds: &[Self]) -> Option<String> {
        let line = |hold: &Self| match hold {
            Self::Rule { id, pattern } => format!("rule {id} {}", pattern.replace('\n', " ")),
            plain => plain.name().to_owned(),
        };
        (!holds.is_empty()).then(|| holds.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// Reads what [`to_stored`](Self::to_stored) wrote; `None` if it didn't write this.
    #[must_use]
    pub fn from_stored(stored: Option<&str>) -> Option<Vec<Self>> {
        stored.unwrap_or_default().lines().map(Self::from_line).collect()
    }

    fn from_line(line: &str) -> Option<Self> {
        match line {
            "site" => Some(Self::Site),
            "thread" => Some(Self::Thread),
            "first_comment" => Some(Self::FirstComment),
            "links" => Some(Self::Links),
            "reports" => Some(Self::Reports),
            rule => {
                let (id, pattern) = rule.strip_prefix("rule ")?.split_once(' ')?;
                Some(Self::Rule { id: RuleId::parse(id)?, pattern: pattern.to_owned() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_back_as_they_were_written() {
        let all = vec![
            Hold::Site,
            Hold::Thread,
            Hold::FirstComment,
            Hold::Links,
            Hold::Reports,
            Hold::Rule { id: RuleId::from_number(7), pattern: "free  money*".to_owned() },
        ];
        assert_eq!(all.iter().map(Hold::name).collect::<Vec<_>>(), Hold::NAMES);
        assert_eq!(Hold::from_stored(Hold::to_stored(&all).as_deref()), Some(all));
        assert_eq!(Hold::to_stored(&[]), None);
        assert_eq!(Hold::from_stored(None), Some(Vec::new()));
        assert_eq!(Hold::from_stored(Some("nonsense")), None);
    }
}
