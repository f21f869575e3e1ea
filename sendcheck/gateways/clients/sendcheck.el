;;; sendcheck.el --- Check mail before it is sent  -*- lexical-binding: t; -*-

;; Works for message-mode and all that builds on it: mu4e, notmuch, Gnus.
;; `sendcheck hook install emacs' loads it from your init file.

;;; Commentary:

;; `message-send-hook' runs before anything is encoded or sent; a signal in it keeps
;; the draft.  The mail is encoded in a copy, without signing or encrypting, and given
;; to `sendcheck hook run emacs'.

;;; Code:

(require 'message)
(require 'mml)
(require 'subr-x)

(defgroup sendcheck nil
  "Check mail before it is sent."
  :group 'message)

(defcustom sendcheck-program '("sendcheck")
  "The command that runs sendcheck, as a list of words."
  :type '(repeat string))

(defcustom sendcheck-ask t
  "Whether to ask for a reason to send a mail that should not be sent."
  :type 'boolean)

(defun sendcheck--encoded ()
  "The mail of this buffer as it would be sent, but neither signed nor encrypted."
  (let ((source (current-buffer))
        (separator mail-header-separator))
    (with-temp-buffer
      (insert-buffer-substring-no-properties source)
      (message-clone-locals source)
      (setq-local mail-header-separator separator)
      (goto-char (point-min))
      (while (re-search-forward "^<#secure[^>\n]*>\n?" nil t)
        (replace-match ""))
      (let ((message-this-is-mail t)
            (message-options nil)
            (mml-secure-verbose nil))
        (save-restriction
          (message-narrow-to-headers)
          (message-generate-headers '(From Date)))
        (message-encode-message-body)
        (save-restriction
          (message-narrow-to-headers)
          (message-remove-header message-ignored-mail-headers t)
          (let ((mail-parse-charset message-default-charset))
            (mail-encode-encoded-word-buffer))))
      (goto-char (point-min))
      (when (re-search-forward (concat "^" (regexp-quote separator) "\n") nil t)
        (replace-match "\n"))
      (buffer-string))))

(defun sendcheck--run (mail buffer &rest arguments)
  "Give MAIL to sendcheck with ARGUMENTS; its report goes to BUFFER.  Return its exit code."
  (let ((coding-system-for-write 'no-conversion)
        (coding-system-for-read 'utf-8)
        (process-environment (cons "NO_COLOR=1" process-environment)))
    (with-temp-buffer
      (set-buffer-multibyte t)
      (insert mail)
      (when (multibyte-string-p mail)
        (encode-coding-region (point-min) (point-max) 'utf-8))
      (condition-case trouble
          (apply #'call-process-region (point-min) (point-max) (car sendcheck-program)
                 nil buffer nil (append (cdr sendcheck-program) '("hook" "run" "emacs") arguments))
        (file-error (format "%s" (error-message-string trouble)))))))

(defun sendcheck-before-send ()
  "Stop the mail of this buffer if sendcheck would; for `message-send-hook'."
  (unless (and (fboundp 'message-news-p) (message-news-p))
    (let* ((mail (sendcheck--encoded))
           (buffer (get-buffer-create "*sendcheck*"))
           (code (progn
                   (with-current-buffer buffer
                     (setq buffer-read-only nil)
                     (erase-buffer))
                   (sendcheck--run mail buffer))))
      (unless (equal code 0)
        (with-current-buffer buffer
          (goto-char (point-min))
          (special-mode))
        (cond
         ((not (integerp code))
          (user-error "sendcheck could not be run, nothing was sent: %s" code))
         (noninteractive
          (message "%s" (with-current-buffer buffer (buffer-string))))
         (t (display-buffer buffer)))
        (let ((reason (if (and sendcheck-ask (not noninteractive) (memq code '(1 3)))
                          (string-trim (read-string "Send it anyway?  Type a reason, or just Enter to stop: "))
                        "")))
          (if (string-empty-p reason)
              (user-error "sendcheck: nothing was sent")
            (with-current-buffer buffer
              (let ((inhibit-read-only t))
                (erase-buffer)))
            (unless (equal 0 (let ((inhibit-read-only t))
                               (sendcheck--run mail buffer "--reason" reason)))
              (user-error "sendcheck: nothing was sent; %s"
                          (string-trim (with-current-buffer buffer (buffer-string)))))))))))

(add-hook 'message-send-hook #'sendcheck-before-send 90)

(provide 'sendcheck)

;;; sendcheck.el ends here
