"""Questions: each kind of claim in a module of its own (`model.questions.judge` knows which is which).

*search*: properties of a configuration, of finite and of infinite runs, by a search, by bmc or by induction; *story*:
whether a scenario is a run; *study*: an answer computed from several searches; *proof*: a theorem for every channel,
step by step; *diagrams*: pictures of states. All give rows (`model.questions.row`), with their evidence in files. None
prints.
"""
