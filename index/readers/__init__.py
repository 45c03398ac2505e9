"""One file of a person's own -> its title and plain text: .txt .md .html .docx .pdf.

`file.read_file` picks the reader; each reader is a pure function of the file's bytes. Nothing
is executed or fetched: no scripts, links, external entities or embedded files.
"""
