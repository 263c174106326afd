"""The pages of 新生入学: the form, what it says while one types, the lists, the classes."""
