"""Who a pupil is: documents, names, pinyin, telephones, and how such data are kept secret."""
