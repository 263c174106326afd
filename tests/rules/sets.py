"""Rule sets written for one test: what the engine does must not hang on the real data."""

from textwrap import dedent


def write(root, name, *, parent="null", level="national", entries="{}", clauses=""):
    """One set as a folder of files below ``root``."""
    folder = root / name
    folder.mkdir()
    (folder / "set.yaml").write_text(f"title: {name}\nlevel: {level}\nparent: {parent}\n")
    (folder / "entries.yaml").write_text(dedent(entries))
    if clauses:
        (folder / "clauses.yaml").write_text(dedent(clauses))


CLAUSES = """
    documents:
      - title: 国家办法
        number: 某〔2013〕7号
        level: national
        clauses:
          N-1: {place: 第一条, words: 一人一号}
          N-2: {place: 第二条, words: 不得重复}
          N-3: {place: 第三条, source: 原文未收录}
"""
COUNTY_CLAUSES = """
    documents:
      - title: 县制度
        level: county
        clauses:
          C-1: {place: 二（一）, words: 坚持“两个统一”}
"""
