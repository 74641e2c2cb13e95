"""The words by which the parts of an entry are known: labels, column names, venue words, words no name has."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


# What links are called. A link's text of these words only is a label, not a title.
LABELS = _set(
    """paper, papers, pdf, code, codes, arxiv, project, projects, page, webpage, website, web, site, homepage, home, github, gitlab, git,
    gitee, repo, repository, data, dataset, datasets, database, model, models, checkpoint, checkpoints, ckpt, weights, blog, blogs, blogpost,
    post, demo, demos, video, videos, slides, slide, poster, talk, tutorial, link, links, url, official, unofficial, openreview, acl, html,
    abs, abstract, doi, bib, bibtex, cite, citation, hf, huggingface, hugging, face, leaderboard, twitter, tweet, tweets, x, thread,
    supplementary, supplement, supp, appendix, source, sources, src, colab, notebook, here, pytorch, tensorflow, tf, jax, keras,
    benchmark, benchmarks, publication, proceedings, docs, doc, documentation, reddit, youtube, bilibili, zhihu, medium, news, article,
    report, technical, tech, preprint, neurips, nips, icml, iclr, emnlp, naacl, cvf, acm, ieee, springer, nature, semantic, scholar, s2,
    view, read, full, text, download, resource, resources, implementation, implementations, author, official code, space, spaces, gradio,
    app, package, pypi, pip, library, toolkit, tool, tools, platform, playground, api, review, reviews, summary, note, notes, explainer,
    interview, podcast, press, announcement, wiki, wikipedia, stars, star, badge, static, hub, collection, drive, google, zenodo, kaggle,
    replication, reproduction, reproducibility, evaluation, eval, results, corpus, annotations, prompt, prompts, human, feedback data,
    arxiv preprint, preprints, paper1, paper2, anthology, survey, book, chapter, scripts, script, training, community, ppt, alphaxiv,
    paperswithcode, pwc, lesswrong, kimi, cool, moonlight, 论文, 代码, 数据, 项目, 主页, 链接, 博客"""
)
# Words that labels have besides: "project page", "code & data", "official implementation".
LABEL_GLUE = _set(
    "&, and, +, /, the, a, of, for, in, on, with, to, v1, v2, v3, 1, 2, 3, version, extended, new, old, 7b, 13b, 70b, by"
)
# Labels that say nothing of what the link leads to; what stands before the link says more.
VAGUE_LABELS = _set(
    "link, links, url, here, official, official code, this, unofficial, available, yes, ✓, ✔, ✅, ✔️, 🔗, download, open, [link], community, 链接"
)
# Labels whose link leads to the work itself.
WORK_LABELS = _set(
    "paper, papers, pdf, arxiv, abs, html, doi, openreview, acl, link, url, publication, abstract, article, preprint, anthology, proceedings, neurips, iclr, icml, 论文, arxiv preprint, full text, read"
)

# Keys of sub-bullets and of "Key: value" parts.
AUTHOR_KEYS = _set("author, authors, author(s), by, written by, 作者, first author, people, writers")
VENUE_KEYS = _set(
    "venue, conference, conf, journal, published in, publication, publisher, published at, published, booktitle, where, appeared in, conference/journal, journal/conference, venue/journal, source, pub., pub, conf., 会议, 期刊, venue / year, venue/year, venue & year, publication venue, presented at, accepted by, accepted at, in"
)
YEAR_KEYS = _set(
    "year, date, time, published on, release date, released, publication date, publish date, month, pub. date, publish time, yr, 时间, 日期, 年份, submission date, published date, pub date, first release, when"
)
TITLE_KEYS = _set(
    "title, paper, papers, paper title, work, article, publication title, paper name, title & authors, title and authors, paper (link), title/link, 标题, 论文, 论文题目, reference, entry, reading, titles, name of paper, paper & link, title & paper, papers & links"
)
NAME_KEYS = _set(
    "name, method, model, approach, benchmark, dataset, abbreviation, abbr, acronym, alias, nickname, short name, system, framework, tool, resource, project, 名称"
)
LINK_KEYS = _set(
    "link, links, url, urls, code, github, project, project page, dataset, data, datasets, pdf, demo, website, homepage, resources, resource, arxiv, paper link, checkpoint, checkpoints, blog, video, page, repo, repository, official code, code link, model, models, slides, leaderboard, webpage, doi, paper url, 链接, 代码, paper/code, home page, code/project, project/code, code & data, data link, 论文链接, openreview, web, site, colab, tweet, twitter, weights, access, material, materials, poster, implementation, paper link, read"
)
NOTE_KEYS = _set(
    "keyword, keywords, tag, tags, tl;dr, tldr, tl; dr, abstract, summary, note, notes, comment, comments, description, topic, topics, task, tasks, type, contribution, contributions, highlight, highlights, remark, remarks, key words, key idea, idea, takeaway, category, categories, 简介, overview, method, methods, affiliation, affiliations, institution, institutions, institute, organization, organisation, organizations, citations, citation, stars, language, languages, size, domain, annotation, annotations, detail, details, about, setting, settings, domain(s), modality, main idea, area, areas, status, license, licence, award"
)

# Lists under these headings hold no entries.
CONTENTS_SECTIONS = _set(
    "table of contents, contents, toc, table of content, content, outline, index, navigation, quick links, 目录"
)
OTHER_SECTIONS = _set(
    """news, updates, update, latest news, what's new, whats new,
    changelog, change log, contributing, contribution, contributions, how to contribute, contribute, contributors, contributor, contribution guidelines, contributing guidelines,
    citation, citing, cite, cite us, cite this, how to cite, bibtex, license, licence, acknowledgement, acknowledgements, acknowledgment, acknowledgments, acknowledge,
    star history, stars, contact, contact us, contacts, contact information, announcements, announcement, todo, to do, to-do, to-do list, todo list, roadmap, installation, usage,
    getting started, quick start, quickstart, sponsors, credits, disclaimer, faq, maintainers, authors, recent updates, news and updates, news & updates, legend, 目录, 更新, 贡献, 引用, star, markdown format, paper format, format"""
)

# Venues by their acronym (lower-case). For telling a venue from other text only; what a venue *is* stands in the data.
ACRONYMS = _set(
    """neurips, nips, neruips, nuerips, neurips d&b, icml, iclr, acl, emnlp, naacl, naacl-hlt, eacl, aacl, ijcnlp, coling, lrec, lrec-coling, conll, aaai, ijcai, ijcai-ecai, ecai,
    cvpr, cvprw, iccv, iccvw, eccv, eccvw, wacv, accv, bmvc, kdd, sigkdd, www, webconf, sigir, wsdm, cikm, ecir, recsys, chi, uist, iui, cscw, icwsm, hcomp, hri, dis, facct, fat*, fat, aies, aistats, uai,
    colt, alt, corl, rss, icra, iros, ral, ra-l, jmlr, tmlr, mlj, tacl, tois, csur, tpami, pami, pnas, arxiv, corr, openreview, biorxiv, medrxiv, psyarxiv, ssrn, osf, colm,
    interspeech, icassp, asru, slt, acm mm, acmmm, mm, acm multimedia, usenix, usenix security, ndss, ccs, acm ccs, oakland, ieee s&p, s&p, satml, icse, ase, fse, issta, esec/fse, tse, tosem, msr, vldb, pvldb, sigmod,
    icde, edbt, tkde, miccai, isbi, siggraph, siggraph asia, tog, tvcg, pldi, popl, oopsla, cav, mlsys, osdi, sosp, nsdi, atc, asplos, eurosys, cogsci, tist, tnnls, taslp, jair, aij, icaps, aamas, gecco, cec, ppsn, icdm, sdm,
    pakdd, dasfaa, semeval, wmt, inlg, sigdial, bea, blackboxnlp, gebnlp, trustnlp, nllp, clinicalnlp, bionlp, repl4nlp, c3nlp, *sem, starsem, nlpcc, ccl, lics, focs, stoc, soda, itcs, icann, ijcnn, esann, acml,
    collas, automl, log, l4dc, midl, chil, mlhc, pacling, paclic, rocling, inlp, eamt, iwslt, tsd, tpds, jcdl, tpdl, iswc, eswc, semantic web, k-cap, ekaw, ht, umap, ictir, trec, clef, fire, cai, dsn, raid, acsac, esorics, euros&p, eurosp, eurosp,
    asiaccs, pets, popets, soups, imc, infocom, mobicom, mobisys, sensys, percom, ubicomp, imwut, vr, ismar, assets, cui, c&c, gi, nordichi, cogsci, hai, tiis, toce, sigcse, lak, edm, aied, its, l@s, icalp, ec, wine, sagt, eaamo, tochi, ijhcs, hcii,
    neurips workshop, icml workshop, iclr workshop, neco, nat. mach. intell, nmi, jacm, cacm, acm comput. surv, acm computing surveys, nsr, tcss, dmlr, tml, spl, tip, ijcv, tmm, tcsvt, pr, prl, kbs, eswa, neurocomputing, inf. fusion, information fusion, ipm, jasist, acs, bioinformatics, jama, nejm, bmj, the lancet, lancet, plos one, elife, cell, patterns, joule, pmlr, ceur, lncs, springer, elsevier, wiley, mdpi, frontiers, ieee access, iclr blog, distill, preprint, preprints, nature, science"""
)
# Words in long venue names.
VENUE_WORDS = _set(
    "proceedings, proc., proc, journal, conference, workshop, workshops, symposium, transactions, trans., findings, preprint, annals, magazine, bulletin, quarterly, letters, conf., workshop., lecture notes, colloquium, archives, advances in"
)
# Venues only when they are the whole text: in longer text these are words of titles.
WHOLE_VENUES = _set(
    "technical report, tech report, tech. report, whitepaper, white paper, working paper, under review, in submission, forthcoming, to appear, system card, model card, thesis, phd thesis, ph.d. thesis, master's thesis, masters thesis, dissertation, blog, blogpost, blog post, preprint, findings, workshop, book, online, website, manuscript, unpublished, in press"
)
# What may follow a venue's name or year.
TRACK_WORDS = _set(
    "oral, spotlight, poster, workshop, workshops, findings, demo, demos, demo track, best paper, outstanding paper, award, main, main conference, long, short, long paper, short paper, tiny paper, tiny papers, datasets and benchmarks, datasets & benchmarks, datasets and benchmarks track, d&b, d&b track, track, industry, industry track, srw, student abstract, position, position paper, notable, notable top 5%, top 5%, top-5%, submission, submitted, accepted, under review, rejected, withdrawn, highlight, runner-up, honorable mention, best, paper, papers, preprint, system demonstrations, volume, main track, blog, blogpost, blog post, journal, outstanding, award candidate, distinguished paper, regular, tutorial"
)
TRACK_TOKENS = frozenset(word for phrase in TRACK_WORDS for word in phrase.split()) | {
    "&",
    "and",
    "-",
    "–",
    "(",
    ")",
    "/",
    ":",
    "|",
}
# These are words first and venues second: taken for a venue only when they stand alone or with a year.
PLAIN_WORDS = _set(
    "nature, science, cell, www, chi, mm, alt, fat, fire, its, ht, dis, log, pr, gi, hai, cui, ec, tip, slt, ase, patterns, frontiers, fse, vr, rss, log, wine, its, cai, ral, lancet, preprint, springer, wiley, distill, assets, acs, eurosys, www, elife, press, atc, tml, hcomp, spl, jama, inlp, edm, imc, msr, ccl, gecco, cec, dsn, raid, soda, log"
)

# Common words of titles that are no one's name.
NOT_NAMES = _set(
    """learning, language, languages, model, models, modeling, modelling, human, humans, values, value, alignment, aligning, aligned, reinforcement, feedback, large, neural, network, networks, training, train, trained,
    data, dataset, datasets, benchmark, benchmarks, benchmarking, evaluation, evaluating, safety, reward, rewards, agent, agents, survey, towards, toward, via, from, with, without, using, for, the, a, an, of, on, in, to, is, are, as, at, how, what, why, when, can, do, does,
    not, your, you, we, it, this, that, their, its, be, or, by, into, through, between, against, beyond, over, under, reasoning, generation, generating, generative, text, image, images, vision, visual, multimodal, multi, optimization, optimizing, policy, policies, preference, preferences,
    instruction, instructions, instruct, tuning, finetuning, prompting, prompt, prompts, knowledge, question, answering, analysis, approach, approaches, method, methods, system, systems, framework, understanding, improving, measuring, detecting, detection, robust, robustness, bias, biases, toxicity,
    toxic, ethics, ethical, social, norms, ai, llm, llms, nlp, rlhf, dpo, ppo, gpt, bert, chatbot, chatbots, dialogue, conversational, conversation, machine, intelligence, artificial, scaling, scale, scalable, open, source, efficient, adaptive, automatic, automated, transformer, transformers, attention,
    retrieval, recommendation, translation, summarization, summarize, classification, classifier, attack, attacks, adversarial, jailbreak, jailbreaking, jailbreaks, red, teaming, truthful, harmless, helpful, honest, harmlessness, helpfulness, honesty, trustworthy, responsible, report, technical, review, overview, introduction,
    research, study, theory, theories, theoretical, empirical, unified, universal, foundation, pretrained, pre-trained, pretraining, fine-tuning, zero-shot, few-shot, in-context, chain-of-thought, self-instruct, self-supervised, supervised, unsupervised, semantic, memory, planning, tool, tools, task, tasks, open-source, world, video, speech, audio,
    code, programming, math, mathematical, factuality, hallucination, hallucinations, privacy, security, interpretability, interpretable, explainable, explanation, explanations, causal, control, imitation, exploration, exploring, rethinking, revisiting, investigating, characterizing, enhancing, enabling, building, teaching, discovering, learn, learned, direct, constitutional,
    conference, proceedings, workshop, journal, transactions, preprint, arxiv, university, findings, international, association, computational, linguistics, paper, project, page, keyword, keywords, synthetic, demonstrations, experts, expert, crowdsourced, personalized, personalization, cultural, culture, political, moral reasoning, judgments, decision, decisions, making,
    collaborative, cooperation, games, game, simulation, simulating, debate, oversight, superalignment, weak-to-strong, uncertainty, calibration, distillation, compression, quantization, inference, inference-time, test-time, decoding, sampling, search, process, outcome, verification, verifier, verifiers, critique, critiques, refinement, editing, unlearning, steering, representation, representations, embedding, embeddings"""
)
PARTICLES = _set(
    "de, da, do, dos, das, del, della, di, du, la, le, van, von, der, den, ter, ten, el, al, bin, ibn, ben, y, e, of, zu, zur, 't, st., af, av, abu, het, op, vande, vander, san, santa, dal, dalla, lo, los, las, vom, 'd, d', und"
)
SUFFIXES = _set("jr, jr., sr, sr., ii, iii, iv, phd, ph.d., md, m.d.")
# Bodies that sign papers.
BODIES = _set(
    "openai, anthropic, deepmind, google, meta, microsoft, nvidia, mistral, cohere, alibaba, tencent, baidu, bytedance, huawei, apple, amazon, ibm, stanford, eleutherai, bigscience, stabilityai, together, databricks, salesforce, allenai, ai2, baai, deepseek, deepseek-ai, qwen, zhipu, moonshot, minimax, xai, adept, inflection, conjecture, redwood, miri, metr, apollo, nist, unesco, oecd, lmsys, laion, thudm, internlm, hugging, huggingface, team, lab, labs, group, collaboration, consortium, project, foundation, institute, research"
)
# Domains whose addresses are not the work itself.
NOT_WORK_HOSTS = (
    "github.com",
    "gitlab.com",
    "gitee.com",
    "github.io",
    "youtube.com",
    "youtu.be",
    "twitter.com",
    "x.com",
    "colab.research.google.com",
    "medium.com",
    "reddit.com",
    "kaggle.com",
    "wandb.ai",
    "notion.site",
    "notion.so",
    "bilibili.com",
    "zhihu.com",
    "lesswrong.com",
    "alignmentforum.org",
    "wikipedia.org",
    "huggingface.co",
    "hf.co",
    "modelscope.cn",
    "linkedin.com",
    "discord.gg",
    "slack.com",
    "drive.google.com",
    "docs.google.com",
    "substack.com",
)
