use super::*;

/// The lines of one alarm.
#[track_caller]
fn lines(name: &str) -> Vec<String> {
    alarm(ALL.iter().find(|alarm| alarm.name == name).unwrap())
}

#[test]
fn an_alarm_of_one_metric_has_it_among_its_properties() {
    let lines = lines("EventsGivenUp");
    assert_eq!(lines[2], "  Condition: HasEventBus");
    let dimensions = "    Dimensions: [{Name: QueueName, Value: !GetAtt EventsDeadLetters.QueueName}]";
    assert!(lines.contains(&dimensions.to_owned()), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("Metrics:")), "{lines:#?}");
}

#[test]
fn a_sum_fills_and_declares_each_of_its_functions_once() {
    let lines = lines("FunctionError").join("\n");
    for function in Function::ALL {
        let count = usize::from(*function != Function::Authorizer);
        assert_eq!(lines.matches(&format!("FILL({}, 0)", id(*function))).count(), count, "{function:?}");
        assert_eq!(lines.matches(&format!("!Ref {}Function}}", function.logical())).count(), count);
    }
}

#[test]
fn a_threshold_is_written_as_people_write_numbers() {
    for (name, threshold) in [("LoginLost", "1"), ("EventsLate", "3600000"), ("GatewayError", "0.01")] {
        assert!(lines(name).contains(&format!("    Threshold: {threshold}")), "{name}");
    }
}

#[test]
fn an_empty_line_stands_between_two_alarms() {
    let lines = declared();
    assert_eq!(lines.iter().filter(|line| line.is_empty()).count(), ALL.len() - 1);
}
