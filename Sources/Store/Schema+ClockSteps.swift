extension Schema {
    /// Version 4: where in a list the clock was set back. `list` is a ``TimeList``; `first_id` is
    /// the key of the first row behind the step. Few rows.
    static let clockSteps = """
        CREATE TABLE clock_steps (
            list INTEGER NOT NULL,
            first_id INTEGER NOT NULL,
            PRIMARY KEY (list, first_id)
        ) STRICT, WITHOUT ROWID;
        """

    /// The version that ``clockSteps`` leads to: rows from before it are searched for steps.
    static let clockStepsVersion = 4
}
